using System.Globalization;
using System.Runtime.CompilerServices;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Export;

/// <summary>Takes a conversation page by page, from the first message on, and hands its text on: the memory needed does not depend on its length.</summary>
internal sealed class HistoryExport(CommandContext context, IChat chat, HistoryDocument document, IHistoryFormat format)
{
    private const int Page = 1000;
    private static readonly TimeSpan ProgressAfter = TimeSpan.FromSeconds(1);

    /// <summary>How many messages were written.</summary>
    public async Task<long> RunAsync(Func<string, Task> write, CancellationToken cancellation)
    {
        var progress = new Progress(context);
        var written = 0L;
        format.Begin();
        await foreach (var page in PagesAsync(cancellation))
        {
            foreach (var message in page.Where(document.Holds))
            {
                format.Add(message);
                written++;
            }

            await write(format.Take());
            await progress.ReportAsync(written);
        }

        format.End(written);
        await write(format.Take());
        await progress.EndAsync();
        return written;
    }

    private async IAsyncEnumerable<List<ChatMessage>> PagesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        HashSet<(string, MessageId)> before = [];
        while (true)
        {
            var page = await chat.HistoryAfterAsync(document.Of, Page, after, cancellation);
            if (page.Count == 0) yield break;
            after = page[^1].Position;
            // One that arrives late may push its neighbours on, across the edge of the page.
            yield return [.. page.Where(message => !before.Contains((message.From, message.Id)))];
            before = [.. page.Select(static message => (message.From, message.Id))];
        }
    }

    private sealed class Progress(CommandContext context)
    {
        private readonly TextWriter _error = context.Host.Terminal.Error;
        private readonly long _started = context.Host.Time.GetTimestamp();
        private bool _isShown;

        public async Task ReportAsync(long written)
        {
            if (!context.Host.Terminal.ErrorIsTerminal || context.Host.Time.GetElapsedTime(_started) < ProgressAfter) return;
            await _error.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r{written:N0} messages"));
            _isShown = true;
        }

        public async Task EndAsync()
        {
            if (_isShown) await _error.WriteAsync("\r\u001b[K");
        }
    }
}
