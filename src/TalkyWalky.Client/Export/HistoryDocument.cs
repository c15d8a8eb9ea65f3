namespace TalkyWalky.Client.Export;

/// <summary>What an export is of.</summary>
/// <param name="Name">Of the person or the room; <paramref name="Of"/> may name it by its id.</param>
/// <param name="Owner">Username.</param>
/// <param name="From">The first moment wanted.</param>
/// <param name="To">The first moment not wanted any more.</param>
/// <param name="Zone">The reader's: days and times are written in it.</param>
public sealed record HistoryDocument(Target Of, string Name, string Owner, DateTimeOffset ExportedAt, DateTimeOffset? From, DateTimeOffset? To, TimeZoneInfo Zone)
{
    internal bool Holds(ChatMessage message) => (From is not { } from || message.SentAt >= from) && (To is not { } to || message.SentAt < to);

    internal DateOnly DayOf(ChatMessage message) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(message.SentAt, Zone).DateTime);
}

public enum HistoryFormat
{
    /// <summary>For people: days, and under them the messages as <c>talkywalky history</c> prints them.</summary>
    Text,

    /// <summary>One document, described in docs/cli.md.</summary>
    Json,

    /// <summary>One page that needs nothing else and runs nothing.</summary>
    Html,
}

/// <summary>Writes one document piece by piece: a beginning, messages in order, an end.</summary>
internal interface IHistoryWriter
{
    void Begin();

    void Add(ChatMessage message);

    void End(long messages);

    /// <summary>What came since the last call; the writer keeps none of it.</summary>
    string Take();
}
