using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>Logs that a cheating authority could have made, each properly signed.</summary>
public sealed class LogAuditTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly UserId User = UserId.New();
    private static readonly DeviceId Device = DeviceId.New();

    private readonly LoggedCertificate _identity = new(Time, TestAuthority.Shared.IssuingCertificate);
    private readonly LoggedCertificate _encryption = new(Time, TestAuthority.Shared.Anchor.Der);

    [Fact]
    public void Audit_RulesKept_FindsNothing() => Assert.Empty(Audit(_identity, _encryption, List(1, null, Admission.First)));

    [Fact]
    public void Audit_EachRuleBroken_IsFound()
    {
        var first = List(1, null, Admission.First);
        Finds("is older than the entry before it", _identity, _encryption with { Time = Time.AddSeconds(-1) });
        Finds("is a certificate that is in the log already", _identity, _identity);
        Finds("holds no certificate", new LoggedCertificate(Time, new byte[] { 1 }));
        Finds("names a certificate", _identity, first);
        Finds("names another list before it", _identity, _encryption, first, List(2, Digest.Sha256([]), Admission.First, listed: false));
        Finds("is device list 3", _identity, _encryption, first, List(3, HashOf(first), Admission.First, listed: false));
        Finds("is device list 1", _identity, _encryption, first, List(1, null, Admission.First, listed: false));
        Finds("no such approval", _identity, _encryption, List(1, null, Admission.ByDevice([1])));
        var none = List(1, null, Admission.First, listed: false);
        Finds("is the first of", _identity, _encryption, none, List(2, HashOf(none), Admission.First));
        Finds("revokes the certificate", new LoggedRevocation(Time, null, "00ff", X509RevocationReason.KeyCompromise));
        var room = new ConversationId(Digest.Sha256([1]));
        Finds("the room was forked", new LoggedCommit(Time, room, 1, Digest.Sha256([2])), new LoggedCommit(Time, room, 1, Digest.Sha256([3])));
        Finds("some are missing", new LoggedCommit(Time, room, 1, Digest.Sha256([2])), new LoggedCommit(Time, room, 3, Digest.Sha256([3])));
    }

    [Fact]
    public void Audit_HeadOfOtherEntriesOrAnEarlierLogThatDiffers_IsFound()
    {
        var (audit, head) = Replay(_identity, _encryption);
        Assert.Empty(audit.Finish(head).Faults);
        var (other, _) = Replay(_encryption, _identity);
        Assert.Contains("its root differs", Assert.Single(other.Finish(head).Faults), StringComparison.Ordinal);
        Assert.Null(other.Finish(head).Head);
        var (shorter, _) = Replay(_identity);
        Assert.Contains("is of 2 entries, and 1 are here", Assert.Single(shorter.Finish(head).Faults), StringComparison.Ordinal);
        Assert.Contains("not signed", Assert.Single(audit.Finish([1]).Faults), StringComparison.Ordinal);
    }

    private static void Finds(string fault, params LogEntry[] entries) => Assert.Contains(Audit(entries), one => one.Contains(fault, StringComparison.Ordinal));

    private static IReadOnlyList<string> Audit(params LogEntry[] entries)
    {
        var (audit, head) = Replay(entries);
        return audit.Finish(head).Faults;
    }

    private static (LogAudit Audit, byte[] Head) Replay(params LogEntry[] entries)
    {
        var audit = new LogAudit(TestAuthority.Shared.Anchor, TestAuthority.Shared.IssuingCertificates);
        foreach (var entry in entries) audit.Add(entry.Encode());
        var root = new MerkleTree([.. entries.Select(HashOf)]).Root;
        return (audit, TestAuthority.Shared.Log.Sign(new TreeHead((ulong)entries.Length, root, Time)));
    }

    private static Digest HashOf(LogEntry entry) => MerkleProof.HashLeaf(entry.Encode());

    private DeviceList List(ulong seq, Digest? previous, Admission letIn, bool listed = true) => new(
        Time, User, seq, previous, listed ? [new ListedDevice(Device, Digest.Sha256(_identity.Der.Span), Digest.Sha256(_encryption.Der.Span), letIn)] : []);
}
