namespace TalkyWalky.Server;

/// <summary>The command cannot be done. The message is a sentence for the administrator that says what to do.</summary>
internal sealed class ServerException : Exception
{
    public ServerException(string message) : base(message) { }

    public ServerException(string message, Exception inner) : base(message, inner) { }

    /// <summary>What was given is wrong (exit code 2), not what happened (1).</summary>
    public bool IsUsage { get; init; }

    public static ServerException Usage(string message) => new(message) { IsUsage = true };
}
