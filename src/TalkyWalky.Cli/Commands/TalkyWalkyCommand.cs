using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace TalkyWalky.Cli.Commands;

internal static class CommonOptions
{
    public static readonly Option<string> Profile = new("--profile")
    {
        Description = "The folder with your keys and history. Default: talkywalky/default in your data folder.", HelpName = "DIR", Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object per line.", Recursive = true };

    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Log what the program does to the standard error.", Recursive = true };

    /// <summary>What is no number at all is the parser's own error.</summary>
    public static void RequireRange(Option option, double lowest, double highest) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && !(value >= lowest && value <= highest))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a number from {lowest} to {highest}"));
    });
}

/// <summary>The whole command line.</summary>
internal static class TalkyWalkyCommand
{
    public static RootCommand Create(CliHost host)
    {
        var root = new RootCommand("End-to-end encrypted chat for your organisation. Your keys never leave this computer.")
        {
            CommonOptions.Profile, CommonOptions.Json, CommonOptions.Verbose,
        };
        root.Subcommands.Add(OpenCommand.Create(host));
        root.Subcommands.Add(RegisterCommand.Create(host));
        root.Subcommands.Add(LoginCommand.Create(host));
        root.Subcommands.Add(SessionCommands.Logout(host));
        root.Subcommands.Add(SessionCommands.WhoAmI(host));
        root.Subcommands.Add(SessionCommands.Status(host));
        root.Subcommands.Add(DeviceCommand.Create(host));
        root.Subcommands.Add(UsersCommand.Create(host));
        root.Subcommands.Add(ContactCommand.Create(host));
        root.Subcommands.Add(AlarmCommand.Create(host));
        root.Subcommands.Add(NameCommand.Create(host));
        root.Subcommands.Add(SettingsCommand.Create(host));
        root.Subcommands.Add(RoomCommand.Create(host));
        root.Subcommands.Add(ConversationCommands.List(host));
        root.Subcommands.Add(ConversationCommands.Read(host));
        root.Subcommands.Add(ConversationCommands.Mute(host));
        root.Subcommands.Add(ConversationCommands.Close(host));
        root.Subcommands.Add(SendCommand.Create(host));
        root.Subcommands.Add(FileCommand.Create(host));
        root.Subcommands.Add(ListenCommand.Create(host));
        root.Subcommands.Add(HistoryCommand.Create(host));
        root.Subcommands.Add(ChatCommand.Create(host));
        root.Subcommands.Add(DirectCommand.Create(host));
        root.Subcommands.Add(PkiCommand.Create(host));
        root.Subcommands.Add(LogCommand.Create(host));
        WithExamples(root, "talkywalky register --join 'talkywalky://chat.example.org:7443/join#root=...' --user alice", "talkywalky open", "talkywalky chat --with bob");
        return root;
    }

    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask." };

    /// <summary>Adds an Examples section to the help of a command.</summary>
    public static Command WithExamples(Command command, params string[] examples)
    {
        var help = command.Options.OfType<HelpOption>().FirstOrDefault() ?? new HelpOption();
        if (!command.Options.Contains(help)) command.Options.Add(help);
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        return command;
    }

    private sealed class HelpWithExamples(HelpAction help, string[] examples) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine($"  {example}");
            return code;
        }
    }
}
