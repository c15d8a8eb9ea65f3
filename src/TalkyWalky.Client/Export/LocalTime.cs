using System.Globalization;

namespace TalkyWalky.Client.Export;

/// <summary>The ends of a range as a person gives them: 2026-11-01, or 2026-11-01T14:30 (seconds too), in some zone.</summary>
public static class LocalTime
{
    private static readonly string[] Days = ["yyyy-MM-dd"], Moments = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    public static bool IsWellFormed(string text) => DateTime.TryParseExact(text, [.. Days, .. Moments], CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>The moment meant; of a day its first, or the next day's when it is the last wanted. Null stays null.</summary>
    /// <exception cref="FormatException">It is not well formed.</exception>
    public static DateTimeOffset? Moment(string? text, bool isLast, TimeZoneInfo zone)
    {
        if (text is null) return null;
        if (DateTime.TryParseExact(text, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day == DateTime.MaxValue.Date ? DateTimeOffset.MaxValue : At(isLast ? day.AddDays(1) : day, zone);
        return At(DateTime.ParseExact(text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.None), zone);
    }

    // A time that the change of clocks leaves out counts with the offset before it.
    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        var utc = local.Ticks - zone.GetUtcOffset(local).Ticks;
        return new DateTimeOffset(Math.Clamp(utc, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
    }
}
