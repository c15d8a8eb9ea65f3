namespace TalkyWalky.Client.Lines;

public sealed record UsedNameLine(string Name, DateTimeOffset Since);

public sealed record SettingsLine(bool DeliveredReceipts, bool ReadReceipts, bool Typing)
{
    public static SettingsLine Of(OwnAnswer.Settings settings) => new(settings.DeliveredReceipts, settings.ReadReceipts, settings.Typing);
}
