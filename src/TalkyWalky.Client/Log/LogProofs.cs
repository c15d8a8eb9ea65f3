using Google.Protobuf;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>Whether the log shows something.</summary>
internal enum LogProof
{
    /// <summary>Nobody can say now; to be asked again later.</summary>
    Passing,
    Proven,
    NotProven,
}

/// <summary>What the log proves of people, by the answers of one connection's gateway.</summary>
internal sealed class LogProofs(Database database, LoggedLists lists, CancellationToken ended)
{
    /// <summary>An identity certificate stands in a device list of this person. Once proven it stays so.</summary>
    /// <param name="certificate">SHA-256 over its DER.</param>
    public async Task<LogProof> IdentityAsync(UserId user, Digest certificate)
    {
        if (await database.RunAsync(rows => rows.Log.IsProven(user, certificate), ended)) return LogProof.Proven;
        var (proof, found) = Read(await lists.AskAsync(user, new FetchDeviceLists { Identity = ByteString.CopyFrom(certificate.ToArray()) }));
        if (proof != LogProof.Proven) return proof;
        if (!found.Any(list => list.List.Devices.Any(device => device.Identity == certificate))) return LogProof.NotProven;
        await database.RunAsync(rows => rows.Log.SetProven(user, certificate), ended);
        return LogProof.Proven;
    }

    /// <summary>Lists of a person behind a number, by rising number, as many as the gateway gives at once; each in the log.</summary>
    public async Task<(LogProof Proof, IReadOnlyList<LoggedList> Lists)> ListsAsync(UserId user, ulong after) => Read(await lists.AskAsync(user, new FetchDeviceLists { After = after }));

    private static (LogProof Proof, IReadOnlyList<LoggedList> Lists) Read(ListsOutcome outcome) => outcome switch
    {
        ListsOutcome.Shown shown => (LogProof.Proven, shown.Lists),
        ListsOutcome.Passing => (LogProof.Passing, []),
        _ => (LogProof.NotProven, []),
    };
}
