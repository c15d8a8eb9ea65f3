using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Own;

/// <summary>Which signs of life others get: all, unless the person turned some off on any own device.</summary>
internal sealed record OwnSettings(bool DeliveredReceipts, bool ReadReceipts, bool Typing)
{
    public const string Prefix = "setting/", Delivered = Prefix + "delivered", Read = Prefix + "read", TypingName = Prefix + "typing";

    public const string On = "1", Off = "0";

    public static OwnSettings Of(Rows rows) => new(IsOn(rows, Delivered), IsOn(rows, Read), IsOn(rows, TypingName));

    public static bool IsOn(Rows rows, string name) => !string.Equals(rows.States.Find(name)?.Value, Off, StringComparison.Ordinal);
}
