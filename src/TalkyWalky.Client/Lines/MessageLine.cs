using System.Globalization;

namespace TalkyWalky.Client.Lines;

/// <summary>A message as scripts, bots and the app read it.</summary>
/// <param name="Position">Place in the conversation, a decimal number of up to 19 digits: text, because JavaScript's numbers are exact to 16.</param>
public sealed record MessageLine(
    string Id, string Conversation, string With, string From, bool Mine, string Text, DateTimeOffset SentAt, DateTimeOffset? ReceivedAt, MessageState State,
    bool Verified, bool GapBefore, string? Trouble, bool IsRoom, string? Room, string? FromName, string Position, FileLine? File)
{
    public static MessageLine Of(ChatMessage message) => new(
        message.Id.ToString(), message.Conversation.ToString(), message.With, message.From, message.Mine, message.Text, message.SentAt, message.ReceivedAt,
        message.State, message.Verified, message.GapBefore, message.Trouble, message.IsRoom, message.IsRoom ? message.With : null, message.FromName,
        message.Position.ToString(CultureInfo.InvariantCulture), message.File is { } file ? new FileLine(file.Name, file.Type, file.Size, file.IsHere) : null);
}

/// <summary>The file that a message is.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Here">All of it is on this device.</param>
public sealed record FileLine(string Name, string Type, long Size, bool Here);

/// <summary>How an exported history begins; its messages and their number follow.</summary>
public sealed record HistoryHead(
    string Format, int Version, string Owner, string With, bool IsRoom, DateTimeOffset ExportedAt, DateTimeOffset? From, DateTimeOffset? To);
