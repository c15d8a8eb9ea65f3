using System.CommandLine;
using System.CommandLine.Parsing;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>The two options that name a conversation: a person or a room, never both.</summary>
internal sealed class ConversationOptions
{
    private readonly Option<string> _person;
    private readonly Option<string> _room;

    /// <param name="person">--with or --to.</param>
    public ConversationOptions(string person, string personHelp = "The person's username.", string roomHelp = "The room's name, or the first eight digits of its id.")
    {
        _person = new Option<string>(person) { Description = personHelp, HelpName = "USER" };
        _room = new Option<string>("--room") { Description = roomHelp, HelpName = "ROOM" };
    }

    /// <param name="isRequired">Exactly one of the options must be given, or <paramref name="instead"/>.</param>
    public void AddTo(Command command, bool isRequired, Option? instead = null)
    {
        command.Options.Add(_person);
        command.Options.Add(_room);
        List<Option> choices = instead is null ? [_person, _room] : [_person, _room, instead];
        var names = string.Join(" or ", choices.Select(static option => option.Name));
        command.Validators.Add(result =>
        {
            if (result.Children.OfType<CommandResult>().Any()) return; // a subcommand has its own
            var given = choices.Count(option => result.GetResult(option) is { Implicit: false });
            if (given > 1) result.AddError($"give only one of {names}");
            else if (given == 0 && isRequired) result.AddError($"{names} is required");
        });
    }

    /// <summary>Null when neither was given.</summary>
    public Target? Of(ParseResult parse)
    {
        if (parse.GetValue(_room) is { } room) return Target.Room(room);
        return parse.GetValue(_person) is { } person ? Target.Person(person) : null;
    }
}
