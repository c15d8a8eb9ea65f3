using TalkyWalky.Engines;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Goodbyes to a device that may not be connected, or not any more.</summary>
internal static class Expulsions
{
    public static readonly Ending NoAccount = new(CloseCode.AccountDisabled, "this account does not exist any more; ask your administrator");

    public static readonly Ending Disabled = new(CloseCode.AccountDisabled, "this account is disabled; ask your administrator");

    public static readonly Ending Revoked = new(CloseCode.DeviceRevoked, "this device was revoked; ask your administrator");

    public static readonly Ending Waits = new(CloseCode.ProofRefused, "this device waits for approval by another device of yours or by an administrator");

    public static readonly Ending LoginRequired = new(CloseCode.LoginRequired, "the password must be given again on this device; log in");

    /// <summary>Why a device may not be connected, by what the engines say; null when it may.</summary>
    public static Ending? Judge(Account? account, DeviceState state, DateTimeOffset? login, GatewayOptions options, DateTimeOffset now) =>
        state == DeviceState.Revoked ? Revoked
        : state != DeviceState.Active ? Waits
        : account is null ? NoAccount
        : !account.Enabled ? Disabled
        : login is not { } at || at < account.PasswordChangedAt - options.DirectoryClock || at < now - options.LoginMaxAge ? LoginRequired
        : null;
}
