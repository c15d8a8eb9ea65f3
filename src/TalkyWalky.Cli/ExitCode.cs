namespace TalkyWalky.Cli;

/// <summary>What a command tells the shell (docs/cli.md).</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotLoggedIn = 3;
    public const int Refused = 4;
    public const int Unreachable = 5;

    /// <summary>Ctrl-C or a termination signal, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>The name that <c>--json</c> errors carry.</summary>
    public static string NameOf(int code) => code switch
    {
        Usage => "usage",
        NotLoggedIn => "not-logged-in",
        Refused => "refused",
        Unreachable => "unreachable",
        Interrupted => "interrupted",
        _ => "failed",
    };
}
