using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Devices;

/// <summary>Tells the person which own devices came and went by the transparency log, whatever the server tells; what the devices are called, the server says.</summary>
internal sealed class LogNews(Database database, EventHub events, Directions directions, TimeProvider time)
{
    /// <summary>A renewal is listed within moments: afterwards the server hides whose key it is.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly OwnLists _lists = new(database);
    private readonly OwnKeyCheck _keys = new(database);
    private (ulong Seq, long At)? _unshown; // the list that names certificates for this device which the server does not show, and since when

    /// <summary>Something is new since the last look, and told only by <see cref="TellAsync"/>; null when the log cannot be read now.</summary>
    public Task<OwnListNews?> ReadAsync(SendContext context) => _lists.ReadAsync(context);

    /// <param name="book">The server's list, read after the log's; null when it does not give one.</param>
    /// <returns>False when the same is to be looked at once more, in a minute.</returns>
    public async Task<bool> TellAsync(SendContext context, OwnListNews news, DeviceBook? book)
    {
        if (news.Newest is not { } newest) return true;
        var holds = await _keys.HoldsAsync(context, newest);
        if (holds is not null) _unshown = null;
        else if (_unshown?.Seq != newest.Seq) _unshown = (newest.Seq, time.GetTimestamp());
        var isHidden = _unshown is { At: var at } && time.GetElapsedTime(at) >= Grace;
        if (holds is false || isHidden)
        {
            await context.Log.Alarms.RaiseAsync(
                "a foreign key for this device", null, "The transparency log names a key for this very device that is not here: unless this profile came from an old copy, somebody else reads what is sent to it. ");
        }

        if (book is not null) await HiddenAsync(context, newest, book.Devices);
        foreach (var came in news.Came)
        {
            if (!await database.RunAsync(rows => LetInHere(rows).Exists(id => id.AsSpan().SequenceEqual(came.Device.Device.ToArray())), context.Ended)) await CameAsync(context, came, book);
        }

        foreach (var (device, since) in news.Went)
        {
            // Of a revoked one the server's list tells.
            if (Find(book?.Devices, device) is { Standing: not DeviceStanding.Revoked } info)
                await events.NoticeAsync($"Since {Moment(since)} nothing is sealed for your device {Called(info)}: it is no longer on the list of your devices in the transparency log. If that was not you, ask your administrator.");
        }

        await _lists.ToldAsync(newest, context.Ended);
        return holds is not null || isHidden;
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
    private async Task CameAsync(SendContext context, CameDevice came, DeviceBook? book)
    {
        var (device, info) = (came.Device, Find(book?.Devices, came.Device.Device));
        var what = $"A new device was added to your account on {Moment(came.Since)}: {(info is null ? Short(device.Device) : Called(info))}, ";
        if (await ApproverAsync(context, came, book) is { } by)
        {
            await events.NoticeAsync($"{what}let in by your device {Short(by)}. Was it you? If not, change your password and {directions.Revoke(Short(device.Device))}.");
            return;
        }

        var letIn = device.LetIn.ByAdministrator ? AdmittedBy.Administrator : device.LetIn.IsFirst ? AdmittedBy.First : AdmittedBy.Device;
        what += letIn switch
        {
            AdmittedBy.Administrator => "let in by an administrator",
            AdmittedBy.First => "let in as your first",
            _ => "let in by another device of yours, as the log says",
        };
        await (info?.Standing == DeviceStanding.Revoked
            ? events.AlarmAsync($"{what}. It is revoked by now. Was it you? If not, change your password.")
            : events.AlarmAsync(
                $"{what}. Was it you? If not, change your password and {Directions.Commands.Revoke(Short(device.Device))}.", new AddedDevice(device.Device, info?.Name, came.Since, letIn)));
    }

    // Who has the CA's key could certify the one that signed, too: it was on the list before, and its certificate is in the log.
    private static async Task<DeviceId?> ApproverAsync(SendContext context, CameDevice came, DeviceBook? book) =>
        book?.ApproverOf(came.Device.Device) is { } approver && came.Before.Any(one => one.Device == approver.Device)
        && await context.Proofs.IdentityAsync(approver.User, approver.CertificateHash) == LogProof.Proven
            ? approver.Device
            : null;

    private string Moment(DateTimeOffset at) => Sentences.Moment(at, time.LocalTimeZone);

    private static DeviceInfo? Find(IReadOnlyList<DeviceInfo>? book, DeviceId device) => book?.FirstOrDefault(info => info.Device == device);

    private static string Called(DeviceInfo info) => info.Name is null ? Short(info.Device) : $"{Short(info.Device)} (\"{info.Name}\")";

    private static string Short(DeviceId device) => device.ToString()[..8];
}
