using System.Text.Json;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Log;

/// <summary>Reads leaves of the transparency log from the authority, for who replays it.</summary>
internal sealed class LogPages(Database database, LogBook book, ClientEnvironment environment)
{
    private const ulong MaxLeaves = 1000;

    private const string NoHead = "No head of the transparency log has come yet; try again when the server is there.";

    /// <param name="start">Behind the newest tree: that tree without leaves, from what is known here.</param>
    public async Task<LogAnswer> ReadAsync(ulong start, CancellationToken cancellation)
    {
        if (book.Newest is not { } head || book.Keys is not { } keys) return new LogAnswer.Unreachable(NoHead);
        var page = new LogAnswer.Page(head.Size, head.Root.ToString(), head.Time, keys.First.Info.ToArray(), []);
        if (start >= head.Size) return page;
        using var credentials = await database.RunAsync(rows => Credentials.Load(rows, environment.Time.GetUtcNow()), cancellation)
            ?? throw new ProfileDamagedException("its certificates are missing");
        using var client = new AuthorityClient(
            credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor, credentials.Profile.Issuing, credentials.TlsIdentity(), environment.Time);
        return await client.LogEntriesAsync(start, Math.Min(start + MaxLeaves, head.Size) - 1, cancellation) switch
        {
            HttpOutcome.Answered { IsSuccess: true } answered when Read(answered.Body) is { Count: > 0 } leaves && start + (ulong)leaves.Count <= head.Size => page with { Leaves = leaves },
            HttpOutcome.Answered { IsSuccess: false, Detail: { } why } => new LogAnswer.Refused(why),
            HttpOutcome.NotTrusted distrusted => new LogAnswer.Refused(distrusted.Why),
            HttpOutcome.Unreachable gone => new LogAnswer.Unreachable(gone.Why),
            _ => new LogAnswer.Refused("The server gave an answer that makes no sense to this program."),
        };
    }

    private static IReadOnlyList<byte[]>? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ClientJson.Default.LogEntriesBody)?.Entries;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
