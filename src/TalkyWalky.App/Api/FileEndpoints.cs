using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>Messages that are files.</summary>
internal static class FileEndpoints
{
    private const string One = "/conversations/{kind}/{name}";
    private const string Bytes = "application/octet-stream";
    private const int ReadSize = 64 * 1024;

    private static readonly QueryParameter[] Wish =
    [
        new("id", "Of the message: a UUID, chosen by the caller.", IsRequired: true),
        new("name", "The file's name, without folders; at most 255 bytes of UTF-8.", IsRequired: true),
        new("type", "What it is, such as image/png; application/octet-stream unless told."),
    ];

    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Upload(
            $"{One}/files", "Sends the body as a file: answers when it is kept, before it is sent. Sent again with the same id, it is one message.", ApiJson.Types.MessageLine,
            call => Names.InAsync(call, to => SendAsync(app, call, to)), Wish),
        Routes.File($"{One}/messages/{{position}}/file", "The file that a message is, for saving.", Bytes, call => Names.InAsync(call, of => GiveAsync(app, call, of))),
    ];

    private static async Task<Answer<MessageLine>> SendAsync(AppParts app, Call call, Target to)
    {
        var request = call.Context.Request;
        if (!string.Equals(request.ContentType, Bytes, StringComparison.OrdinalIgnoreCase))
            return new Problem(StatusCodes.Status415UnsupportedMediaType, ProblemCode.Invalid, $"The body is the file as it is: set content-type: {Bytes}.");
        if (!Names.TryMessage(call.Query("id") ?? "", out var id)) return Problem.Invalid("The id of a message is a UUID.");
        var (name, type) = (call.Query("name") ?? "", call.Query("type") ?? MediaType.Unknown);
        if (new OutgoingFile(name, type, default).Problem(to.IsRoom) is { } why) return Problem.Invalid(why);
        var largest = to.IsRoom ? Limits.RoomFile : Limits.File;
        if (await ReadAsync(request, largest, call.Cancellation) is not { } content)
        {
            var sentence = $"The file is too large: {(to.IsRoom ? "in a room" : "to a person")} it has at most {largest / 1024 / 1024} MiB. Send it in pieces.";
            return new Problem(StatusCodes.Status413PayloadTooLarge, ProblemCode.Invalid, sentence);
        }

        // Once begun it is kept whether or not the caller waits for the answer.
        return ConversationEndpoints.Kept(app, await app.Chat.KeepFileAsync(id, to, new OutgoingFile(name, type, content), CancellationToken.None));
    }

    /// <summary>Null: it is larger. What it says of its own length is believed only when that is too much.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int largest, CancellationToken cancellation)
    {
        if (request.ContentLength > largest) return null;
        using var whole = new MemoryStream();
        var part = new byte[ReadSize];
        while (await request.Body.ReadAsync(part, cancellation) is > 0 and var count)
        {
            if (whole.Length + count > largest) return null;
            whole.Write(part, 0, count);
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }

    private static async Task<Answer<Nothing>> GiveAsync(AppParts app, Call call, Target of)
    {
        if (!long.TryParse(call.Segment("position"), NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            return Problem.Invalid("The position of a message is a decimal number.");
        return await app.Chat.FileAsync(of, position, call.Cancellation) switch
        {
            FileAnswer.Found found => await WriteAsync(call, found),
            FileAnswer.Missing missing => Problem.NotFound(missing.Why),
            FileAnswer.NotLoggedIn locked => Problem.NotLoggedIn(locked.Why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // A download, never a page, a script or a picture of this origin, whatever its author says it is.
    private static async Task<Answer<Nothing>> WriteAsync(Call call, FileAnswer.Found found)
    {
        var response = call.Context.Response;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(found.File.Name);
        response.ContentType = Bytes;
        response.ContentLength = found.Content.Length;
        response.Headers.ContentDisposition = disposition.ToString();
        await response.StartAsync(call.Cancellation); // an empty file is an answer too
        await response.Body.WriteAsync(found.Content, call.Cancellation);
        return Nothing.Here;
    }
}
