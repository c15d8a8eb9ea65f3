using TalkyWalky.Client;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench.Growth;

/// <summary>A client's store with one long conversation.</summary>
internal static class HistoryGrowth
{
    private const int Batch = 500, Page = 50, Pages = 200;

    public static Task<double> WriteAsync(int messages, CancellationToken cancellation) =>
        WithAsync((database, contact, writer) => Measurement.ProcessorAsync(() => FillAsync(database, writer, messages, cancellation)), cancellation);

    /// <summary>Microseconds.</summary>
    public static Task<double> PageAsync(int messages, CancellationToken cancellation) => WithAsync(async (database, contact, writer) =>
    {
        await FillAsync(database, writer, messages, cancellation);
        var middle = await database.RunAsync(rows => rows.Number("SELECT position FROM message WHERE contact = ?1 ORDER BY position LIMIT 1 OFFSET ?2", contact, messages / 2), cancellation);
        return 1000.0 / Pages * await Measurement.ProcessorAsync(async () =>
        {
            for (var n = 0; n < Pages; n++)
            {
                var page = await database.RunAsync(rows => rows.Messages.History(contact, Page, middle), cancellation);
                if (page.Count != Page) throw new InvalidOperationException($"a page has {page.Count} messages");
            }
        });
    }, cancellation);

    private static async Task FillAsync(Database database, HistoryWriter writer, int messages, CancellationToken cancellation)
    {
        while (writer.Written < messages) await database.RunAsync(rows => writer.Write(rows, Math.Min(Batch, messages - writer.Written)), cancellation);
    }

    private static async Task<double> WithAsync(Func<Database, long, HistoryWriter, Task<double>> act, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("talkywalky-growth-");
        try
        {
            if (ProfileFolder.Open(Path.Combine(folder.FullName, "profile"), "a passphrase for measuring", create: true) is not FolderOpening.Opened { Folder: var profile })
                throw new InvalidOperationException("the profile to measure cannot be made");
            await using (profile)
            {
                var (me, peer) = (UserId.New(), UserId.New());
                var contact = await profile.Database.RunAsync(
                    rows =>
                    {
                        rows.Messages.Owner = (me, "alice");
                        return rows.Contacts.Add("bob", peer, ConversationId.Direct(Digest.Sha256([]), me, peer)).Id;
                    },
                    cancellation);
                return await act(profile.Database, contact, new HistoryWriter(peer, contact, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
