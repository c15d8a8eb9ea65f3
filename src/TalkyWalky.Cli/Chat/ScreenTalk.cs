using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Chat;

/// <summary>What the commands that a person types on the screen do.</summary>
internal sealed class ScreenTalk(IChat chat, Screen screen, Courtesies courtesies, TimeZoneInfo zone)
{
    private const string NobodyChosen = "Choose a person or a room first: /with USER or /room NAME";
    private const int RecentMessages = 30;

    private readonly Places _places = new(chat);

    public async Task OpenAsync(Target target, CancellationToken cancellation) => await GoAsync(await _places.OpenAsync(target, cancellation), cancellation);

    public async Task TypedAsync(ChatInput input, CancellationToken cancellation)
    {
        switch (input)
        {
            case ChatInput.Say or ChatInput.History or ChatInput.Who when screen.Place is null:
                screen.Note(NobodyChosen);
                break;
            case ChatInput.History history:
                await ShowAsync(screen.Place!, history.Limit, cancellation);
                break;
            case ChatInput.Who:
                await WhoAsync(screen.Place!, cancellation);
                break;
            case ChatInput.Users:
                screen.Show(Rich.PeopleTable(await chat.UsersAsync(activeOnly: false, cancellation), zone));
                break;
            case ChatInput.With other:
                await OpenAsync(Target.Person(other.User), cancellation);
                break;
            case ChatInput.Room room:
                await OpenAsync(Target.Room(room.Name), cancellation);
                break;
            case ChatInput.Join room:
                await GoAsync(await _places.JoinAsync(room.Name, cancellation), cancellation);
                break;
            case ChatInput.Leave room:
                await LeaveAsync(room.Name, cancellation);
                break;
            case ChatInput.Rooms:
                var (rooms, why) = await _places.RoomsAsync(cancellation);
                if (why is null) screen.Show(RichLists.RoomsTable(rooms));
                else screen.Note(why);
                break;
            case ChatInput.ShowHelp:
                screen.Note(ChatInput.Help);
                break;
            case ChatInput.Mistake mistake:
                screen.Note(mistake.Why);
                break;
        }
    }

    private async Task GoAsync(Opening opening, CancellationToken cancellation)
    {
        if (opening.Place is { } place) await ShowAsync(place, RecentMessages, cancellation);
        if (opening.Why is { } why) screen.Note(why);
    }

    private async Task ShowAsync(Place place, int messages, CancellationToken cancellation)
    {
        PersonInfo? person = null;
        if (!place.Target.IsRoom)
        {
            var people = await chat.UsersAsync(activeOnly: false, cancellation);
            person = people.FirstOrDefault(one => string.Equals(one.Username, place.Name, StringComparison.OrdinalIgnoreCase));
            if (person is not null) place = Place.Person(person.Username);
        }

        var history = await HistoryCommand.NewestAsync(chat, place.Target, messages, cancellation);
        screen.Clear();
        screen.Place = place;
        screen.Person = person;
        foreach (var message in history) screen.Put(message);
        if (history.Count > 0) courtesies.Seen(place.Target, history[^1].Position);
        else if (place.Target.IsRoom) screen.Note($"No messages in {place.Name} yet. Only its members can read what you write here.");
        else if (person is null) screen.Note($"{place.Name} is not known here yet; a message will tell.");
        else screen.Note($"No messages with {place.Name} yet. Only the two of you can read what you write here.");
    }

    private async Task WhoAsync(Place place, CancellationToken cancellation)
    {
        if (!place.Target.IsRoom)
        {
            var people = await chat.UsersAsync(activeOnly: false, cancellation);
            screen.Show(Rich.PeopleTable(people.Where(one => string.Equals(one.Username, place.Name, StringComparison.OrdinalIgnoreCase)), zone));
            return;
        }

        var (members, why) = await _places.MembersAsync(place, cancellation);
        if (why is null) screen.Show(RichLists.MembersTable(members));
        else screen.Note(why);
    }

    private async Task LeaveAsync(string room, CancellationToken cancellation)
    {
        screen.Note(await _places.LeaveAsync(room, cancellation));
    }
}
