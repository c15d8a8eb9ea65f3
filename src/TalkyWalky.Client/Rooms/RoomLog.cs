using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Rooms;

/// <summary>Identifiers only.</summary>
internal static partial class RoomLog
{
    [LoggerMessage(3101, LogLevel.Debug, "The ledger of room {Room} is verified up to epoch {Epoch}")]
    public static partial void Advanced(ILogger log, ConversationId room, ulong epoch);

    [LoggerMessage(3102, LogLevel.Error, "Room {Room}: {Alarm}")]
    public static partial void Alarmed(ILogger log, ConversationId room, string alarm);
}
