using System.Net;

namespace TalkyWalky.Client.Connect;

/// <summary>What asking the server came to.</summary>
internal abstract record HttpOutcome
{
    private HttpOutcome() { }

    /// <param name="Detail">The server's own sentence, when it gave one.</param>
    public sealed record Answered(HttpStatusCode Status, byte[] Body, string? Detail, TimeSpan? RetryAfter) : HttpOutcome
    {
        public bool IsSuccess => (int)Status is >= 200 and < 300;
    }

    /// <summary>The server is not the one that the join link names, or not for this host.</summary>
    public sealed record NotTrusted(string Why) : HttpOutcome;

    public sealed record Unreachable(string Why) : HttpOutcome;
}
