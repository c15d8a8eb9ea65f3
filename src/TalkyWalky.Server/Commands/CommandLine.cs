using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Configuration;

namespace TalkyWalky.Server.Commands;

/// <summary>The program: parses the command line, runs the command, and turns every failure into one line and an exit code.</summary>
internal static class CommandLine
{
    public const string Program = "talkywalkyd";

    public static async Task<int> RunAsync(string[] args, Terminal terminal, TimeProvider time)
    {
        var context = new CommandContext(terminal, time);
        var parsed = Build(context).Parse(args);
        if (parsed.Action is ParseErrorAction) return Usage(parsed, terminal);
        try
        {
            // Signals: serve ends itself on them, the other commands end at once.
            var invocation = new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, CancellationToken.None);
        }
        catch (Exception exception)
        {
            return Report(exception, terminal, parsed.GetValue(context.Verbose));
        }
    }

    internal static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("The TalkyWalky server: gateway and certificate authority of an organisation's encrypted chat.")
        {
            ServeCommand.Build(context),
            AuthorityCommands.Build(context),
            LogCommands.Build(context),
            UserCommands.Build(context),
            DeviceCommands.Build(context),
            DirectoryCommands.Build(context),
            StoreCommands.Build(context),
            DoctorCommand.Build(context),
        };
        root.Options.Add(context.Data);
        root.Options.Add(context.Config);
        root.Options.Add(context.Verbose);
        Examples.AddToHelp(root);
        return root;
    }

    private static int Usage(ParseResult parsed, Terminal terminal)
    {
        var command = parsed.CommandResult.Command;
        var path = string.Join(' ', Examples.PathOf(command));
        // A mistyped command is also a missing one; the mistake is what helps.
        var what = command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var typed, ..]
            ? $"there is no command \"{typed}\"; did you mean \"{NearestName.Of(typed, command.Subcommands.Select(static known => known.Name))}\"?"
            : parsed.Errors[0] is { SymbolResult: ArgumentResult { Tokens.Count: 0, Argument.Name: var missing } } ? $"{missing} is missing;"
            : OneLine(parsed.Errors[0].Message).TrimEnd('.') + ";";
        terminal.Error.WriteLine($"{Program}: {what} see {path} --help");
        return ExitCode.Usage;
    }

    private static int Report(Exception exception, Terminal terminal, bool verbose)
    {
        terminal.Error.WriteLine($"{Program}: {OneLine(Sentence(exception))}");
        if (verbose) terminal.Error.WriteLine(exception);
        return exception is ServerException { IsUsage: true } ? ExitCode.Usage : ExitCode.Failed;
    }

    private static string Sentence(Exception exception) => exception switch
    {
        ServerException or AuthorityException or EngineException => exception.Message,
        IOException or UnauthorizedAccessException => $"{exception.Message.TrimEnd('.')}; check the disk's free space and the permissions",
        AggregateException { InnerExceptions: [var only] } => Sentence(only),
        _ => $"unexpected failure ({exception.GetType().Name}, reference {Unexpected.NewReference()}); run it again with --verbose and report what it prints",
    };

    private static string OneLine(string text) => Terminal.Plain(text.ReplaceLineEndings(" "));
}
