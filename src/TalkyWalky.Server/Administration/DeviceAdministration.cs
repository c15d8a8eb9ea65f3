using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Administration;

/// <summary>Devices as administrators see and change them.</summary>
internal sealed class DeviceAdministration(IDirectory directory, AuthorityService authority)
{
    /// <summary>Digits of an id that are enough to name a device.</summary>
    public const int ShortestPrefix = 4;

    private const int PageOfAccounts = 200, PageOfDevices = 1000;

    /// <summary>Everyone's, a page that ends with an account.</summary>
    public async Task<AdminAnswer> ListAsync(string? after, CancellationToken cancellation)
    {
        var page = new List<DeviceEntry>();
        var accounts = await directory.ListAsync(after, PageOfAccounts, cancellation);
        foreach (var account in accounts)
        {
            page.AddRange((await authority.DevicesOfAsync(account.User, cancellation)).Select(device => Entry(device, account)));
            if (page.Count >= PageOfDevices) return new AdminAnswer.Devices(page, account.Username);
        }

        return new AdminAnswer.Devices(page, accounts.Count == PageOfAccounts ? accounts[^1].Username : null);
    }

    /// <summary>One person's.</summary>
    public async Task<AdminAnswer> ListAsync(Account account, CancellationToken cancellation) =>
        new AdminAnswer.Devices([.. (await authority.DevicesOfAsync(account.User, cancellation)).Select(device => Entry(device, account))], After: null);

    /// <param name="reason">Of a revocation; null leaves it open.</param>
    public Task<AdminAnswer> ChangeAsync(string typed, DeviceAct act, string? reason, Actor by, CancellationToken cancellation)
    {
        var known = X509RevocationReason.Unspecified;
        if (reason is not null && !RevocationReasons.TryParse(reason, out known)) return Task.FromResult<AdminAnswer>(CertificateAdministration.NoSuchReason(reason));
        return WithDeviceAsync(
            typed,
            device => act switch
            {
                DeviceAct.Approve => authority.ApproveDeviceAsync(device, by, cancellation),
                DeviceAct.Reject => authority.RejectDeviceAsync(device, by, cancellation),
                DeviceAct.Revoke => authority.RevokeDeviceAsync(device, known, by, cancellation),
                _ => throw new InvalidOperationException($"no such act: {act}"),
            },
            cancellation);
    }

    public Task<AdminAnswer> NameAsync(string typed, string name, CancellationToken cancellation) =>
        WithDeviceAsync(typed, device => authority.NameDeviceAsync(device, name.Trim(), cancellation), cancellation);

    private async Task<AdminAnswer> WithDeviceAsync(string typed, Func<DeviceId, Task<DeviceChange>> change, CancellationToken cancellation)
    {
        var (id, error) = await FindAsync(typed.Trim(), cancellation);
        if (id is not { } device) return new AdminAnswer.Refused(error!);
        return await change(device) switch
        {
            DeviceChange.Done done => new AdminAnswer.DeviceDone(Entry(done.Device, await directory.FindAsync(done.Device.User, cancellation))),
            DeviceChange.Refused refused => new AdminAnswer.Refused(refused.Why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // The first digits are looked for among everyone's devices: it is a person at a terminal who asks, and the store is asked by id or by person only.
    private async Task<(DeviceId? Device, string? Error)> FindAsync(string typed, CancellationToken cancellation)
    {
        if (DeviceId.TryParse(typed.ToLowerInvariant(), out var whole)) return (whole, null);
        if (typed.Length < ShortestPrefix || !typed.All(char.IsAsciiHexDigit))
            return (null, $"\"{Short(typed)}\" is no device's id; give at least its first {ShortestPrefix} digits, see: talkywalkyd device list");
        var found = new HashSet<DeviceId>();
        string? after = null;
        do
        {
            var page = (AdminAnswer.Devices)await ListAsync(after, cancellation);
            foreach (var entry in page.Page)
            {
                if (entry.Device.StartsWith(typed, StringComparison.OrdinalIgnoreCase) && DeviceId.TryParse(entry.Device, out var device)) found.Add(device);
            }

            after = page.After;
        }
        while (after is not null);

        return found.Count switch
        {
            0 => (null, $"there is no device {typed}; see: talkywalkyd device list"),
            1 => (found.Single(), null),
            _ => (null, $"{found.Count} devices begin with {typed}; give more digits"),
        };
    }

    private static string Short(string typed) => typed.Length > 40 ? typed[..40] + "..." : typed;

    private static DeviceEntry Entry(DeviceRecord device, Account? account) => new(
        device.Device.ToString(), device.User.ToString(), account?.Username, device.Name, device.State.ToString().ToLowerInvariant(), device.IdentityKeyHash.ToString(),
        device.AddedAt, device.LoginAt, device.RevokedAt);
}
