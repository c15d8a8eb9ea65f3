using TalkyWalky.Client.Log;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Devices;

/// <summary>What the transparency log says of this person's own devices since the last look.</summary>
/// <param name="Newest">Null before there is any.</param>
/// <param name="Came">Other than this device.</param>
internal sealed record OwnListNews(DeviceList? Newest, IReadOnlyList<CameDevice> Came, IReadOnlyList<(DeviceId Device, DateTimeOffset Since)> Went);

/// <param name="Since">The time of its entry in the log.</param>
/// <param name="Before">The devices of the list before that.</param>
internal sealed record CameDevice(ListedDevice Device, DateTimeOffset Since, IReadOnlyList<ListedDevice> Before);

/// <summary>Follows this person's device lists one by one (docs/protocol.md 3.3): whoever adds a key for Bob tells Bob.</summary>
internal sealed class OwnLists(Database database)
{
    /// <summary>Null when the server does not show them now, or shows what cannot be.</summary>
    public async Task<OwnListNews?> ReadAsync(SendContext context)
    {
        var self = context.Credentials.Identity;
        var last = await LastAsync(context.Ended);
        var isBefore = last is null;
        var came = new Dictionary<DeviceId, CameDevice>();
        var went = new Dictionary<DeviceId, DateTimeOffset>();
        while (true)
        {
            if (await context.Lists.AskAsync(self.User, new FetchDeviceLists { After = last?.List.Seq ?? 0 }) is not ListsOutcome.Shown shown) return null;
            foreach (var next in shown.Lists)
            {
                if (next.List.Seq != (last?.List.Seq ?? 0) + 1 || next.List.Previous != last?.Hash)
                {
                    await context.Log.Alarms.RaiseAsync(
                        "own device lists that do not follow one another", null, "The lists of your own devices in the transparency log do not follow one another: somebody changed what others are told of your devices. ");
                    return null;
                }

                // What was before this device came in is no news.
                if (isBefore)
                {
                    isBefore = !next.List.Devices.Any(device => device.Device == self.Device);
                }
                else
                {
                    Compare(last!.List.Devices, next.List, came, went);
                }

                last = new SeenOwnList(next.List, next.Hash);
            }

            if (!shown.More) break;
        }

        if (last is { } newest) await database.RunAsync(rows => See(rows, newest), context.Ended);
        came.Remove(self.Device);
        return new OwnListNews(last?.List, [.. came.Values], [.. went.Select(static one => (one.Key, one.Value))]);
    }

    /// <summary>The person was told of all that was read.</summary>
    public Task ToldAsync(DeviceList newest, CancellationToken cancellation) => database.RunAsync(rows => rows.Settings.Set(SettingNames.OwnList, newest.Encode()), cancellation);

    // What a grant says that its author was told is held against this, also where nobody is written to from here.
    private static void See(Rows rows, SeenOwnList last)
    {
        var first = rows.Log.SeenList(last.List.User)?.First ?? last.List.Devices.FirstOrDefault(static device => device.LetIn.IsFirst)?.Device;
        rows.Log.SetSeenList(last.List.User, new SeenList(last.List.Seq, last.Hash, last.List.Time, first));
    }

    private async Task<SeenOwnList?> LastAsync(CancellationToken cancellation)
    {
        if (await database.RunAsync(static rows => rows.Settings.Get(SettingNames.OwnList), cancellation) is not { } leaf) return null;
        return LogEntry.TryRead(leaf) is DeviceList list
            ? new SeenOwnList(list, MerkleProof.HashLeaf(leaf))
            : throw new ProfileDamagedException("the list of own devices in it is none");
    }

    private static void Compare(IReadOnlyList<ListedDevice> before, DeviceList now, Dictionary<DeviceId, CameDevice> came, Dictionary<DeviceId, DateTimeOffset> went)
    {
        foreach (var device in now.Devices.Where(device => !before.Any(one => one.Device == device.Device)))
        {
            went.Remove(device.Device);
            came[device.Device] = new CameDevice(device, now.Time, before);
        }

        foreach (var device in before.Where(device => !now.Devices.Any(one => one.Device == device.Device)))
            went[device.Device] = now.Time; // one that came and went meanwhile is told of as both
    }

    private sealed record SeenOwnList(DeviceList List, Digest Hash);
}
