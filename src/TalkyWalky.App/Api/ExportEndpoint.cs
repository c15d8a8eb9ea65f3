using System.Globalization;
using System.Text;
using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Client.Export;

namespace TalkyWalky.App.Api;

/// <summary>A conversation as a file, streamed: the memory needed does not depend on its length.</summary>
internal static class ExportEndpoint
{
    private const int LongestZone = 64, LongestName = 60;

    private static readonly QueryParameter[] Wish =
    [
        new("format", "text, json or html.", IsRequired: true),
        new("zone", "The reader's time zone, such as Europe/Paris; days and times are written in it.", IsRequired: true),
        new("from", "The first day or moment wanted: 2026-11-01 or 2026-11-01T14:30."),
        new("to", "The last day wanted, whole, or the first moment not wanted."),
    ];

    public static ApiEndpoint For(AppParts app) => Routes.File(
        "/conversations/{kind}/{name}/export", "Saves a conversation as a file.", "text/plain, application/json or text/html", call => Names.InAsync(call, of => ExportAsync(app, call, of)), Wish);

    private static async Task<Answer<Nothing>> ExportAsync(AppParts app, Call call, Target of)
    {
        if (FormatOf(call.Query("format")) is not var (format, mediaType, ending)) return Problem.Invalid("format is text, json or html.");
        if (call.Query("zone") is not { Length: > 0 and <= LongestZone } name || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return Problem.Invalid("zone is a time zone such as Europe/Paris.");
        var (from, to) = (call.Query("from"), call.Query("to"));
        if ((from is not null && !LocalTime.IsWellFormed(from)) || (to is not null && !LocalTime.IsWellFormed(to)))
            return Problem.Invalid("from and to are dates such as 2026-11-01, or moments such as 2026-11-01T14:30.");
        var newest = await app.Chat.HistoryAsync(of, limit: 1, before: null, call.Cancellation);
        if (newest.Count == 0) return Problem.NotFound("There is nothing to save: this conversation has no messages here.");
        var self = await app.Chat.WhoAmIAsync(call.Cancellation);
        var document = new HistoryDocument(
            of, newest[0].With, self.Username, app.Time.GetUtcNow(), LocalTime.Moment(from, isLast: false, zone), LocalTime.Moment(to, isLast: true, zone), zone);
        await WriteAsync(app, call, document, format, mediaType, ending);
        return Nothing.Here;
    }

    private static async Task WriteAsync(AppParts app, Call call, HistoryDocument document, HistoryFormat format, string mediaType, string ending)
    {
        var response = call.Context.Response;
        response.ContentType = mediaType;
        // A file, never a page of this origin: what people wrote is in it.
        response.Headers.ContentDisposition = $"attachment; filename=\"{FileName(document, ending)}\"";
        await HistoryExport.WriteAsync(
            app.Chat, document, format, text => response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), call.Cancellation).AsTask(), progress: null, call.Cancellation);
    }

    private static (HistoryFormat Format, string MediaType, string Ending)? FormatOf(string? name) => name switch
    {
        "text" => (HistoryFormat.Text, "text/plain; charset=utf-8", "txt"),
        "json" => (HistoryFormat.Json, "application/json", "json"),
        "html" => (HistoryFormat.Html, "text/html; charset=utf-8", "html"),
        _ => null,
    };

    /// <summary>Letters and digits of ASCII alone: a room's name is anybody's text.</summary>
    internal static string FileName(HistoryDocument document, string ending)
    {
        var name = new string([.. document.Name.Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]).Trim('-');
        var day = TimeZoneInfo.ConvertTime(document.ExportedAt, document.Zone);
        return string.Create(CultureInfo.InvariantCulture, $"talkywalky-{(name.Length == 0 ? "conversation" : name[..Math.Min(name.Length, LongestName)])}-{day:yyyy-MM-dd}.{ending}");
    }
}
