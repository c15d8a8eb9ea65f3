using System.Runtime.CompilerServices;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Export;

/// <summary>Takes a conversation page by page, from the first message on, and hands its text on: the memory needed does not depend on its length.</summary>
public static class HistoryExport
{
    // Of 64 KiB of text at most, each of which may take six bytes in the file.
    private const int Page = 100;

    /// <summary>How many messages were written.</summary>
    /// <param name="write">Gets the document piece by piece, in order, one call at a time.</param>
    /// <param name="progress">Hears the number of messages written so far, once for each 100 read.</param>
    public static async Task<long> WriteAsync(
        IChat chat, HistoryDocument document, HistoryFormat format, Func<string, Task> write, IProgress<long>? progress, CancellationToken cancellation)
    {
        IHistoryWriter writer = format switch
        {
            HistoryFormat.Html => new HtmlHistory(document),
            HistoryFormat.Json => new JsonHistory(document),
            _ => new TextHistory(document),
        };
        var written = 0L;
        writer.Begin();
        await foreach (var page in PagesAsync(chat, document.Of, cancellation))
        {
            foreach (var message in page.Where(document.Holds))
            {
                writer.Add(message);
                written++;
            }

            await write(writer.Take());
            progress?.Report(written);
        }

        writer.End(written);
        await write(writer.Take());
        return written;
    }

    private static async IAsyncEnumerable<List<ChatMessage>> PagesAsync(IChat chat, Target of, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        HashSet<(string, MessageId)> before = [];
        while (true)
        {
            var page = await chat.HistoryAfterAsync(of, Page, after, cancellation);
            if (page.Count == 0) yield break;
            after = page[^1].Position;
            // One that arrives late may push its neighbours on, across the edge of the page.
            yield return [.. page.Where(message => !before.Contains((message.From, message.Id)))];
            before = [.. page.Select(static message => (message.From, message.Id))];
        }
    }
}
