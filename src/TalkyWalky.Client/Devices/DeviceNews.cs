using System.Text.Json;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Devices;

/// <summary>
/// Compares the server's list of own devices with the one seen last, which is kept, and tells the person what changed: a device that asks to come in, or was revoked. Of those
/// that came in the transparency log tells (<see cref="LogNews"/>).
/// </summary>
internal sealed class DeviceNews(Database database, EventHub events, Directions directions)
{
    private IReadOnlyList<DeviceInfo> _told = [];

    /// <summary>One caller at a time.</summary>
    public async Task TellAsync(IReadOnlyList<DeviceInfo> devices, CancellationToken cancellation)
    {
        var sentences = await database.RunAsync(rows => Compare(rows, devices), cancellation);
        if (!devices.SequenceEqual(_told)) events.Publish(new ChatEvent.DevicesChanged(devices));
        _told = devices;
        foreach (var sentence in sentences) await events.NoticeAsync(sentence);
    }

    /// <summary>This device was changed from here.</summary>
    public Task KnowAsync(DeviceInfo device, CancellationToken cancellation) => database.RunAsync(
        rows =>
        {
            Forget(rows, [device]);
            if (Known(rows) is not { } known) return;
            known[device.Device.ToString()] = device.Standing;
            Keep(rows, known);
        },
        cancellation);

    /// <summary>Sentences for what is new.</summary>
    private List<string> Compare(Rows rows, IReadOnlyList<DeviceInfo> devices)
    {
        Forget(rows, devices);
        var known = Known(rows);
        var now = devices.ToDictionary(static device => device.Device.ToString(), static device => device.Standing, StringComparer.Ordinal);
        if (known is not null && known.Count == now.Count && now.All(one => known.TryGetValue(one.Key, out var before) && before == one.Value)) return [];
        var sentences = new List<string>();
        foreach (var device in devices)
        {
            DeviceStanding? before = known is not null && known.TryGetValue(device.Device.ToString(), out var standing) ? standing : null;
            if (!device.IsThis && before != device.Standing && Sentence(device, before) is { } sentence) sentences.Add(sentence);
        }

        Keep(rows, now);
        return sentences;
    }

    private static void Forget(Rows rows, IEnumerable<DeviceInfo> devices)
    {
        foreach (var device in devices.Where(static device => device.Standing == DeviceStanding.Revoked)) rows.Alarms.Forget(device.Device);
    }

    private string? Sentence(DeviceInfo device, DeviceStanding? before)
    {
        var id = device.Device.ToString()[..8];
        var called = device.Name is null ? id : $"{id} (\"{device.Name}\")";
        var wasIn = before is DeviceStanding.Active or DeviceStanding.Asleep;
        return device.Standing switch
        {
            DeviceStanding.Pending when wasIn =>
                $"Your device {called} comes back after a long time and asks to be let in; its key is {Short(device)}. Compare the key, then {directions.Approve(id)}. If that was not you, reject it and change your password.",
            DeviceStanding.Pending =>
                $"A new device asks to be added to your account: {called}, key {Short(device)}. Compare the key with the one that it shows, then {directions.Approve(id)}. If that was not you, reject it and change your password.",
            DeviceStanding.Revoked when before == DeviceStanding.Pending => $"The device {called} was turned away.",
            DeviceStanding.Revoked when before is not null => $"Your device {called} was revoked: it gets no more messages. If that was not you, ask your administrator.",
            _ => null,
        };
    }

    private static string Short(DeviceInfo device) => device.KeyFingerprint[..16];

    private static Dictionary<string, DeviceStanding>? Known(Rows rows) => rows.Settings.Get(SettingNames.KnownDevices) is { } json
        ? JsonSerializer.Deserialize(json, ClientJson.Default.DictionaryStringDeviceStanding)
        : null;

    private static void Keep(Rows rows, Dictionary<string, DeviceStanding> known) =>
        rows.Settings.Set(SettingNames.KnownDevices, JsonSerializer.SerializeToUtf8Bytes(known, ClientJson.Default.DictionaryStringDeviceStanding));
}
