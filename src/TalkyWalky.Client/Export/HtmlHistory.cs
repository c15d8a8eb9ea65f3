using System.Globalization;
using System.Text;
using TalkyWalky.Client.Lines;
using TalkyWalky.Client.Plain;

namespace TalkyWalky.Client.Export;

/// <summary>
/// One page that needs nothing else. Everything that people wrote is escaped and isolated, so that no text can change the page or the order of another; its own policy
/// forbids scripts and everything from elsewhere.
/// </summary>
internal sealed class HtmlHistory(HistoryDocument document) : IHistoryWriter
{
    private const string Style = """
        :root{color-scheme:light dark;--back:#fff;--text:#1b1b1f;--quiet:#5c5f66;--line:#dcdde1;--other:#f1f2f5;--mine:#e3eefc;--warn:#9a3412}
        @media (prefers-color-scheme:dark){:root{--back:#17181b;--text:#e8e9ec;--quiet:#a3a7ae;--line:#34363b;--other:#23252a;--mine:#1d3350;--warn:#fdba74}}
        body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:48rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
        h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
        h2{font-size:.85rem;font-weight:600;color:var(--quiet);text-align:center;margin:2rem 0 1rem;border-top:1px solid var(--line);padding-top:.75rem}
        article{content-visibility:auto;contain-intrinsic-size:auto 4rem;background:var(--other);border-radius:.75rem;padding:.5rem .9rem;margin:.4rem 3rem .4rem 0}
        article.mine{background:var(--mine);margin:.4rem 0 .4rem 3rem}
        article p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
        .by{display:flex;flex-wrap:wrap;gap:.25rem .6rem;align-items:baseline;font-size:.85rem}
        .by time,.by span,header p,footer{color:var(--quiet);font-size:.85rem}
        .gap,.trouble{color:var(--warn);font-size:.85rem}
        .gap{text-align:center;margin:.75rem 0}
        footer{margin-top:2rem;text-align:center}
        """;

    private readonly StringBuilder _text = new();
    private DateOnly? _day;

    public void Begin()
    {
        var title = document.Of.IsRoom ? $"Room {document.Name}" : $"Conversation with {document.Name}";
        _text.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").Append(Escape(title)).Append("</title>\n<style>\n").Append(Style)
            .Append("\n</style>\n</head>\n<body>\n<header>\n<h1><bdi>").Append(Escape(title)).Append("</bdi></h1>\n<p>As <bdi>").Append(Escape(document.Owner))
            .Append("</bdi> had it on ").Append(Moment(document.ExportedAt)).Append(Range()).Append(". Times are in the zone ").Append(Escape(document.Zone.Id))
            .Append(".</p>\n</header>\n<main>\n");
    }

    public void Add(ChatMessage message)
    {
        var day = document.DayOf(message);
        if (day != _day) _text.Append(CultureInfo.InvariantCulture, $"<h2>{day:dddd, d MMMM yyyy}</h2>\n");
        _day = day;
        if (message.GapBefore) _text.Append("<p class=\"gap\">A message is missing here.</p>\n");
        _text.Append(message.Mine ? "<article class=\"mine\">" : "<article>").Append("<div class=\"by\"><bdi><strong>").Append(Escape(message.From)).Append("</strong></bdi>");
        if (message.FromName is { } name) _text.Append("<span><bdi>").Append(Escape(name)).Append("</bdi></span>");
        _text.Append(Time(message.SentAt));
        if (message.Mine) _text.Append("<span>").Append(PlainMessage.State(message.State)).Append("</span>");
        _text.Append("</div><p dir=\"auto\">").Append(Escape(message.File is null ? message.Text : PlainMessage.Said(message))).Append("</p>");
        if (message.Trouble is { } why) _text.Append("<p class=\"trouble\">").Append(Escape(why)).Append("</p>");
        _text.Append("</article>\n");
    }

    public void End(long messages) =>
        _text.Append(CultureInfo.InvariantCulture, $"</main>\n<footer>{messages} {(messages == 1 ? "message" : "messages")}</footer>\n</body>\n</html>\n");

    public string Take()
    {
        var taken = _text.ToString();
        _text.Clear();
        return taken;
    }

    /// <summary>For text and for quoted attributes. Control characters, which HTML does not allow, become visible.</summary>
    internal static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length + 16);
        foreach (var letter in text.ReplaceLineEndings("\n"))
        {
            switch (letter)
            {
                case '&': safe.Append("&amp;"); break;
                case '<': safe.Append("&lt;"); break;
                case '>': safe.Append("&gt;"); break;
                case '"': safe.Append("&quot;"); break;
                case '\'': safe.Append("&#39;"); break;
                case '\n' or '\t': safe.Append(letter); break;
                case var control when char.IsControl(control): safe.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)control:X}}}"); break;
                default: safe.Append(letter); break;
            }
        }

        return safe.ToString();
    }

    private string Range()
    {
        var from = document.From is { } first ? $", from {Moment(first)}" : "";
        return document.To is { } end ? $"{from}, until {Moment(SecondBefore(end))}" : from;
    }

    // The year 1 has no second before its first.
    private static DateTimeOffset SecondBefore(DateTimeOffset end) => new(Math.Max(0, end.UtcTicks - TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private string Time(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, document.Zone);
        return string.Create(
            CultureInfo.InvariantCulture, $"<time datetime=\"{UtcTime.Text(time)}\" title=\"{local:dddd, d MMMM yyyy HH:mm:ss zzz}\">{local:HH:mm}</time>");
    }

    private string Moment(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, document.Zone).ToString("d MMMM yyyy HH:mm", CultureInfo.InvariantCulture);
}
