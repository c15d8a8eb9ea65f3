using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>
/// Mailboxes that the broker lost: a queue deleted behind our back, another broker than before. Those of active devices are made anew, so that
/// nobody has to connect before others can write to him.
/// </summary>
internal sealed class LostMailboxes(IBroker broker, Rosters rosters)
{
    public async Task RestoreAsync(IEnumerable<DeviceId> devices, CancellationToken cancellation)
    {
        var lost = new Dictionary<UserId, List<DeviceId>>();
        foreach (var device in devices)
        {
            if (await rosters.OwnerOfAsync(device, cancellation) is not { } owner) continue;
            if (!lost.TryGetValue(owner, out var own)) lost.Add(owner, own = []);
            own.Add(device);
        }

        foreach (var (owner, own) in lost)
        {
            // A revoked device's mailbox is meant to be gone, and what is remembered may be older than that.
            if (await rosters.LoadAsync(owner, cancellation) is not { } roster) continue;
            foreach (var device in own)
            {
                if (roster.Devices.TryGetValue(device, out var known) && known.State == DeviceState.Active) await broker.CreateMailboxAsync(device, cancellation);
            }
        }
    }
}
