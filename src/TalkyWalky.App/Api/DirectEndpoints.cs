using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>Direct mode: two devices, no server between them.</summary>
internal static class DirectEndpoints
{
    private const string Path = "/direct";
    private const int LongestHost = 255;

    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Give("GET", Path, "Where this device waits, and its direct connections.", ApiJson.Types.DirectBody, call => AskAsync(app, call, new DirectRequest.Status())),
        Routes.Exchange("POST", $"{Path}/listen", "Waits for others. Port 0: any free one.", ApiJson.Types.ListenBody, ApiJson.Types.DirectBody, (call, body) => ListenAsync(app, call, body)),
        Routes.Exchange(
            "POST", $"{Path}/connect", "Connects to somebody who waits there; anybody else is refused.", ApiJson.Types.ConnectBody, ApiJson.Types.DirectBody,
            (call, body) => ConnectAsync(app, call, body)),
        Routes.Give("DELETE", Path, "Ends all direct connections and waits for no more.", ApiJson.Types.DirectBody, call => AskAsync(app, call, new DirectRequest.Stop())),
    ];

    private static async Task<Answer<DirectBody>> ListenAsync(AppParts app, Call call, ListenBody body) => body.Port is < 0 or > ushort.MaxValue
        ? Problem.Invalid("A port is a number up to 65535.")
        : await AskAsync(app, call, new DirectRequest.Listen(body.Address, body.Port));

    private static async Task<Answer<DirectBody>> ConnectAsync(AppParts app, Call call, ConnectBody body)
    {
        if (!Names.IsUsername(body.Username)) return Problem.Invalid($"A username has 1 to {Limits.DirectoryUsernameMax} characters.");
        if (body.Host.Length is 0 or > LongestHost || body.Port is < 1 or > ushort.MaxValue) return Problem.Invalid("Write the address of the other computer, for example 192.0.2.7:7450.");
        return await AskAsync(app, call, new DirectRequest.Connect(body.Username, body.Host, body.Port));
    }

    private static async Task<Answer<DirectBody>> AskAsync(AppParts app, Call call, DirectRequest request) => await app.Chat.DirectAsync(request, call.Cancellation) switch
    {
        DirectAnswer.State state => DirectBody.Of(state.Now),
        DirectAnswer.Connected => await AskAsync(app, call, new DirectRequest.Status()),
        DirectAnswer.Refused refused => Problem.Refused(refused.Why),
        DirectAnswer.Unreachable unreachable => Problem.Unreachable(unreachable.Why),
        var other => throw new InvalidOperationException($"an answer to another question: {other.GetType().Name}"),
    };
}
