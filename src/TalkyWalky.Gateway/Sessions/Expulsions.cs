using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Goodbyes to a device that may not be connected, or not any more.</summary>
internal static class Expulsions
{
    public static readonly Ending NoAccount = new(CloseCode.AccountDisabled, "this account does not exist any more; ask your administrator");

    public static readonly Ending Disabled = new(CloseCode.AccountDisabled, "this account is disabled; ask your administrator");

    public static readonly Ending Revoked = new(CloseCode.DeviceRevoked, "this device was revoked; ask your administrator");
}
