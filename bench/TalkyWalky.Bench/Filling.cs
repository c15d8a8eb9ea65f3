using TalkyWalky.Client;
using TalkyWalky.Client.Store;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>Fills what the real programs then open: a profile's conversation, a server's directory. Neither may be open meanwhile.</summary>
internal static class Filling
{
    private const int Batch = 500;

    /// <summary>Nobody logs in to these accounts, so their passwords need no strength.</summary>
    private const int PasswordRounds = 1;

    /// <summary>A conversation that was written to and cleared gets so many messages, the newest of about now, the own ones delivered.</summary>
    public static async Task MessagesAsync(string profile, string passphrase, string with, int messages, CancellationToken cancellation)
    {
        var opening = ProfileFolder.Open(profile, passphrase, create: false);
        if (opening is not FolderOpening.Opened { Folder: var folder }) throw new InvalidOperationException($"{profile} cannot be opened: {opening}");
        await using (folder)
        {
            var database = folder.Database;
            var start = DateTimeOffset.UtcNow.AddSeconds(-30.0 * messages);
            var writer = await database.RunAsync(rows => rows.Contacts.Find(with) is { User: { } user } contact ? new HistoryWriter(user, contact.Id, start) : null, cancellation)
                ?? throw new InvalidOperationException($"{profile} has no conversation with {with} yet");
            while (writer.Written < messages) await database.RunAsync(rows => writer.Write(rows, Math.Min(Batch, messages - writer.Written)), cancellation);
            await database.RunAsync(static rows => rows.Execute("UPDATE message SET state = ?1 WHERE state = ?2", (int)MessageState.Delivered, (int)MessageState.Queued), cancellation);
        }
    }

    /// <summary>Accounts p0001 and on, with full names, in a server's own directory.</summary>
    public static async Task PeopleAsync(string data, int people, CancellationToken cancellation)
    {
        await using var engines = await EmbeddedEngines.OpenAsync(
            Path.Combine(data, "talkywalky.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordRounds), TimeProvider.System, cancellation);
        foreach (var n in Enumerable.Range(1, people))
            await engines.Directory.AddAsync(new NewAccount($"p{n:0000}", Guid.NewGuid().ToString(), $"Person {n:0000}", null), cancellation);
    }
}
