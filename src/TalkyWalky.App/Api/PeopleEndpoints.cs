using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>People, and the person's own devices.</summary>
internal static class PeopleEndpoints
{
    private const string One = "/devices/{id}";

    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Give("GET", "/people", "Everybody, by username.", ApiJson.Types.PersonLineArray, call => ListAsync(app, call)),
        Routes.Give("GET", "/people/{name}", "What this computer verified of a person.", ApiJson.Types.ContactLine, call => CardAsync(app, call)),
        Routes.Give("GET", "/devices", "The person's own devices.", ApiJson.Types.DeviceEntryLineArray, call => DevicesAsync(app, call)),
        Routes.Exchange("PATCH", One, "Names a device.", ApiJson.Types.NameBody, ApiJson.Types.DeviceEntryLine, (call, body) => Names.OnDeviceAsync(call, device => NameAsync(app, call, device, body))),
        Act(app, "approve", "Lets a waiting device in.", static device => new DeviceRequest.Approve(device)),
        Act(app, "reject", "Keeps a waiting device out.", static device => new DeviceRequest.Reject(device)),
        Act(app, "revoke", "Ends a device for good, also this one.", static device => new DeviceRequest.Revoke(device)),
    ];

    private static ApiEndpoint Act(AppParts app, string verb, string summary, Func<string, DeviceRequest> request) => Routes.Give(
        "POST", $"{One}/{verb}", summary, ApiJson.Types.DeviceEntryLine, call => Names.OnDeviceAsync(call, device => AskAsync(app, call, request(device))));

    private static async Task<Answer<PersonLine[]>> ListAsync(AppParts app, Call call) =>
        (await app.Chat.UsersAsync(activeOnly: false, call.Cancellation)).Select(PersonLine.From).ToArray();

    private static async Task<Answer<ContactLine>> CardAsync(AppParts app, Call call)
    {
        var name = call.Segment("name");
        if (!Names.IsUsername(name)) return Problem.Invalid($"A username has 1 to {Limits.DirectoryUsernameMax} characters.");
        return await app.Chat.DeviceAsync(new DeviceRequest.Person(name), call.Cancellation) switch
        {
            DeviceAnswer.Person card => ContactLine.Of(card),
            var other => Answers.ProblemOf(other),
        };
    }

    private static async Task<Answer<DeviceEntryLine[]>> DevicesAsync(AppParts app, Call call) =>
        await app.Chat.DeviceAsync(new DeviceRequest.List(), call.Cancellation) switch
        {
            DeviceAnswer.Devices devices => devices.Page.Select(DeviceEntryLine.Of).ToArray(),
            var other => Answers.ProblemOf(other),
        };

    private static async Task<Answer<DeviceEntryLine>> NameAsync(AppParts app, Call call, string device, NameBody body) => body.Name.Length > Limits.DeviceName
        ? Problem.Invalid($"A device's name has at most {Limits.DeviceName} characters.")
        : await AskAsync(app, call, new DeviceRequest.Rename(device, body.Name));

    private static async Task<Answer<DeviceEntryLine>> AskAsync(AppParts app, Call call, DeviceRequest request) => Answers.Device(await app.Chat.DeviceAsync(request, call.Cancellation));
}
