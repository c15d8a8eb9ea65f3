using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>What the server shows of a person's devices in the log.</summary>
/// <param name="Name">For sentences.</param>
/// <param name="Devices">As the server gives them beside it.</param>
internal sealed record ToldStatement(UserId User, string Name, UserStatement? Statement, IReadOnlyCollection<Device> Devices);

/// <summary>A statement whose signature, leaf and path are right.</summary>
internal sealed record CheckedStatement(ToldStatement Told, UserHead Head, DeviceList List);

/// <summary>What the log says of a person's devices.</summary>
internal abstract record ListVerdict
{
    private ListVerdict() { }

    /// <param name="Until">Afterwards it may not be the newest any more.</param>
    public sealed record Verified(DeviceList List, DateTimeOffset Until) : ListVerdict;

    /// <param name="Why">A sentence.</param>
    public sealed record Waiting(string Why) : ListVerdict;
}

internal static class Statements
{
    /// <summary>All that can be said without asking anybody.</summary>
    public static (CheckedStatement? Checked, ListVerdict? Failed) Check(ToldStatement told, LogBook book, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (told.Statement is not { } statement) return Fail($"The server does not show what the transparency log says of {told.Name}'s devices.");
        if (book.Keys is not { } keys || UserHead.TryVerify(statement.Head.Span, keys) is not { } head || head.User != told.User)
        {
            if (UserHead.TryRead(statement.Head.Span) is { } next && book.MayFollow(next.Time, next.Size))
                return Fail($"What the transparency log says of {told.Name}'s devices is newer than the log's head that the server sent; that is awaited.");
            return Fail($"The key of the transparency log did not sign what the server shows of {told.Name}'s devices; tell your administrator.");
        }

        if (head.Time > now + LogBook.Skew || head.Expires <= now)
            return Fail($"What the transparency log says of {told.Name}'s devices is of {Sentences.Moment(head.Time, zone)}, which does not count now by this computer's clock. Check the clock; if it is right, tell your administrator.");
        var isLeaf = MerkleProof.HashLeaf(statement.List.Span) == head.Leaf && Consistencies.Path(statement.Path) is { } path
            && MerkleProof.VerifyInclusion(head.Root, head.Size, head.Index, head.Leaf, path);
        return isLeaf && LogEntry.TryRead(statement.List.Span) is DeviceList list && list.User == told.User && list.Seq == head.Seq
            ? (new CheckedStatement(told, head, list), null)
            : Fail($"The list of {told.Name}'s devices that the server shows is not the one in the transparency log; tell your administrator.");
    }

    private static (CheckedStatement?, ListVerdict) Fail(string why) => (null, new ListVerdict.Waiting(why));
}
