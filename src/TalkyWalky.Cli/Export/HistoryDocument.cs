using TalkyWalky.Client;

namespace TalkyWalky.Cli.Export;

/// <summary>What an export is of.</summary>
/// <param name="Name">Of the person or the room; <paramref name="Of"/> may name it by its id.</param>
/// <param name="Owner">Username.</param>
/// <param name="From">The first moment wanted.</param>
/// <param name="To">The first moment not wanted any more.</param>
internal sealed record HistoryDocument(Target Of, string Name, string Owner, DateTimeOffset ExportedAt, DateTimeOffset? From, DateTimeOffset? To, TimeZoneInfo Zone)
{
    public bool Holds(ChatMessage message) => (From is not { } from || message.SentAt >= from) && (To is not { } to || message.SentAt < to);

    public DateOnly DayOf(ChatMessage message) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(message.SentAt, Zone).DateTime);
}

/// <summary>Writes one document piece by piece: a beginning, messages in order, an end.</summary>
internal interface IHistoryFormat
{
    void Begin();

    void Add(ChatMessage message);

    void End(long messages);

    /// <summary>What came since the last call; the writer keeps none of it.</summary>
    string Take();
}
