namespace TalkyWalky.Client.Lines;

/// <summary>What this device verified of a person.</summary>
public sealed record ContactLine(PersonLine Person, string Organisation, string Domain, IReadOnlyList<CertifiedDeviceLine> Devices, string? Trouble)
{
    public static ContactLine Of(DeviceAnswer.Person card) => new(
        PersonLine.From(card.Who), card.Organisation, card.Domain, [.. card.Certified.Select(CertifiedDeviceLine.Of)], card.Trouble);
}

/// <param name="Status">good, revoked or unknown.</param>
/// <param name="LetInBy">first, device or administrator; null when it is not known now.</param>
public sealed record CertifiedDeviceLine(
    string Device, string Serial, string Fingerprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Status, DateTimeOffset? CheckedAt, DateTimeOffset? RevokedAt,
    string? LetInBy, string? LetInDevice, DateTimeOffset? LetInAt)
{
    public static CertifiedDeviceLine Of(CertifiedDevice device) => new(
        device.Device.ToString(), device.Serial, device.Fingerprint, device.NotBefore, device.NotAfter, device.Standing.ToString().ToLowerInvariant(), device.CheckedAt, device.RevokedAt,
        device.LetIn?.By.ToString().ToLowerInvariant(), device.LetIn?.Device?.ToString(), device.LetIn?.At);
}
