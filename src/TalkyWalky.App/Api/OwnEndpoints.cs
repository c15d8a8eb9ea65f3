using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>The person's own names and settings.</summary>
internal static class OwnEndpoints
{
    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Give("GET", "/names", "The name that others see, and those before it.", ApiJson.Types.NamesBody, call => NamesAsync(app, call)),
        Routes.Take("PUT", "/name", "Changes the name that others see.", ApiJson.Types.NameBody, (call, body) => SetNameAsync(app, call, body)),
        Routes.Do("DELETE", "/name", "Goes back to the directory's name.", call => OwnAsync(app, call, new OwnRequest.RevertName())),
        Routes.Do("DELETE", "/names", "Forgets the names before the current one.", call => OwnAsync(app, call, new OwnRequest.ClearNameHistory())),
        Routes.Give("GET", "/privacy", "What others may learn.", ApiJson.Types.SettingsLine, call => PrivacyAsync(app, call, new PrivacyChangeBody())),
        Routes.Exchange("PATCH", "/privacy", "Changes what others may learn, on all devices of the person; what is left out stays as it is.",
            ApiJson.Types.PrivacyChangeBody, ApiJson.Types.SettingsLine, (call, body) => PrivacyAsync(app, call, body)),
        Routes.Give("GET", "/settings", "How the app looks and behaves on this computer.", ApiJson.Types.SettingsBody, _ => Task.FromResult<Answer<SettingsBody>>(app.Settings.Now)),
        Routes.Exchange("PATCH", "/settings", "Changes settings: what is left out stays as it is, null goes back to the default.",
            ChangeJson.Default.JsonElement, ApiJson.Types.SettingsBody, (_, body) => Task.FromResult(app.Settings.Change(body))),
        Routes.Give("DELETE", "/settings/layout", "Font, theme and panes go back to the defaults.", ApiJson.Types.SettingsBody, _ => Task.FromResult(app.Settings.RevertLayout())),
        Routes.Give("GET", "/fonts", "The font families that are installed here.", ApiJson.Types.StringArray, async call => await app.Fonts.ListAsync(call.Cancellation)),
    ];

    private static async Task<Answer<NamesBody>> NamesAsync(AppParts app, Call call) => await app.Chat.OwnAsync(new OwnRequest.NameHistory(), call.Cancellation) switch
    {
        OwnAnswer.Names names => new NamesBody(names.Current, [.. names.Used.Select(static one => new UsedNameLine(one.Name, one.Since))]),
        var other => Answers.ProblemOf(other),
    };

    private static async Task<Answer<Nothing>> SetNameAsync(AppParts app, Call call, NameBody body) => body.Name.Length > Limits.ShownName
        ? Problem.Invalid($"A name has at most {Limits.ShownName} characters.")
        : await OwnAsync(app, call, new OwnRequest.SetName(body.Name));

    private static async Task<Answer<SettingsLine>> PrivacyAsync(AppParts app, Call call, PrivacyChangeBody change) =>
        await app.Chat.OwnAsync(new OwnRequest.Settings(change.DeliveredReceipts, change.ReadReceipts, change.Typing), call.Cancellation) switch
        {
            OwnAnswer.Settings settings => SettingsLine.Of(settings),
            var other => Answers.ProblemOf(other),
        };

    private static async Task<Answer<Nothing>> OwnAsync(AppParts app, Call call, OwnRequest request) => Answers.Done(await app.Chat.OwnAsync(request, call.Cancellation));
}
