using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Devices;

/// <summary>Tells the person which own devices came and went by the transparency log, whatever the server tells; what the devices are called, the server says.</summary>
internal sealed class LogNews(Database database, EventHub events, Directions directions, TimeProvider time)
{
    private readonly OwnLists _lists = new(database);
    private readonly OwnKeyCheck _keys = new(database);

    /// <summary>Something is new since the last look, and told only by <see cref="TellAsync"/>; null when the log cannot be read now.</summary>
    public Task<OwnListNews?> ReadAsync(SendContext context) => _lists.ReadAsync(context);

    /// <param name="book">The server's list, read after the log's; null when it does not give one.</param>
    public async Task TellAsync(SendContext context, OwnListNews news, IReadOnlyList<DeviceInfo>? book)
    {
        if (news.Newest is not { } newest) return;
        if (!await _keys.HoldsAsync(context, newest))
        {
            await context.Log.Alarms.RaiseAsync(
                "a foreign key for this device", null, "The transparency log names a key for this very device that is not here: unless this profile came from an old copy, somebody else reads what is sent to it. ");
        }

        if (book is not null) await HiddenAsync(context, newest, book);
        foreach (var (device, since) in news.Came)
        {
            if (!await database.RunAsync(rows => LetInHere(rows).Exists(id => id.AsSpan().SequenceEqual(device.Device.ToArray())), context.Ended)) await CameAsync(device, since, Find(book, device.Device));
        }

        foreach (var (device, since) in news.Went)
        {
            // Of a revoked one the server's list tells.
            if (Find(book, device) is { Standing: not DeviceStanding.Revoked } info)
                await events.NoticeAsync($"Since {Moment(since)} nothing is sealed for your device {Called(info)}: it is no longer on the list of your devices in the transparency log. If that was not you, ask your administrator.");
        }

        await _lists.ToldAsync(newest, context.Ended);
    }

    /// <summary>The person let this device in from here.</summary>
    public static void LetIn(Rows rows, DeviceId device) => rows.Settings.Set(
        SettingNames.LetIn, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes([.. LetInHere(rows).TakeLast(MaxLetIn), device.ToArray()], ClientJson.Default.ListByteArray));

    private const int MaxLetIn = DeviceList.MaxDevices;

    private static List<byte[]> LetInHere(Rows rows) =>
        rows.Settings.Get(SettingNames.LetIn) is { } json ? System.Text.Json.JsonSerializer.Deserialize(json, ClientJson.Default.ListByteArray) ?? [] : [];

    private async Task HiddenAsync(SendContext context, DeviceList newest, IReadOnlyList<DeviceInfo> book)
    {
        foreach (var hidden in newest.Devices.Where(device => Find(book, device.Device) is null))
        {
            await context.Log.Alarms.RaiseAsync(
                "a device that the server hides", null,
                $"The transparency log names a device of yours, {Short(hidden.Device)}, that the server does not tell you of: others seal their messages to you for it too. ");
        }
    }

    // One whose approval by another own device verifies here is news; any other is an alarm. The app says that in its own words: a sentence is for terminals, whichever program is connected.
    private Task CameAsync(ListedDevice device, DateTimeOffset since, DeviceInfo? info)
    {
        var what = $"A new device was added to your account on {Moment(since)}: {(info is null ? Short(device.Device) : Called(info))}, ";
        if (info?.ApprovedBy is { } by) return events.NoticeAsync($"{what}let in by your device {Short(by)}. Was it you? If not, change your password and {directions.Revoke(Short(device.Device))}.");
        var letIn = device.LetIn.ByAdministrator ? AdmittedBy.Administrator : device.LetIn.IsFirst ? AdmittedBy.First : AdmittedBy.Device;
        what += letIn switch
        {
            AdmittedBy.Administrator => "let in by an administrator",
            AdmittedBy.First => "let in as your first",
            _ => "let in by another device of yours, as the log says",
        };
        return info?.Standing == DeviceStanding.Revoked
            ? events.AlarmAsync($"{what}. It is revoked by now. Was it you? If not, change your password.")
            : events.AlarmAsync(
                $"{what}. Was it you? If not, change your password and {Directions.Commands.Revoke(Short(device.Device))}.", new AddedDevice(device.Device, info?.Name, since, letIn));
    }

    private string Moment(DateTimeOffset at) => Sentences.Moment(at, time.LocalTimeZone);

    private static DeviceInfo? Find(IReadOnlyList<DeviceInfo>? book, DeviceId device) => book?.FirstOrDefault(info => info.Device == device);

    private static string Called(DeviceInfo info) => info.Name is null ? Short(info.Device) : $"{Short(info.Device)} (\"{info.Name}\")";

    private static string Short(DeviceId device) => device.ToString()[..8];
}
