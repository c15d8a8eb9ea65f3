using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>Logs that a cheating authority could have made, each properly signed.</summary>
public sealed class LogAuditTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly UserId User = UserId.New();
    private static readonly DeviceId Device = DeviceId.New();

    private readonly RSA _key = KeyPool.Shared.CreateRsa(3072);
    private readonly LoggedCertificate _identity, _encryption;

    public LogAuditTests() => (_identity, _encryption) = (Certificate(DeviceKeyUse.Identity, Device, _key), Certificate(DeviceKeyUse.Encryption, Device, KeyPool.Shared.CreateRsa(3072)));

    public void Dispose() => _key.Dispose();

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
        Finds("and no such approval", _identity, _encryption, List(1, null, Admission.ByDevice([1])));
        var none = List(1, null, Admission.First, listed: false);
        Finds("is the first of", _identity, _encryption, none, List(2, HashOf(none), Admission.First));
        Finds("revokes the certificate", new LoggedRevocation(Time, null, "00ff", X509RevocationReason.KeyCompromise));
        var room = new ConversationId(Digest.Sha256([1]));
        Finds("the room was forked", new LoggedCommit(Time, room, 1, Digest.Sha256([2])), new LoggedCommit(Time, room, 1, Digest.Sha256([3])));
        Finds("some are missing", new LoggedCommit(Time, room, 1, Digest.Sha256([2])), new LoggedCommit(Time, room, 3, Digest.Sha256([3])));
    }

    [Fact]
    public void Audit_CertificateByAnotherAuthority_IsFound()
    {
        using var folder = new TempFolder();
        using var other = TestAuthority.Make(folder.Path, keys: GeneratedKeys.Instance); // of the pool's few root keys it may get the same
        var foreign = Certificate(DeviceKeyUse.Identity, Device, _key, other);
        Finds("is a certificate of alice that none of the issuing CAs in the export signed", foreign);
        Assert.Contains(Audit([.. TestAuthority.Shared.IssuingCertificates, .. other.IssuingCertificates], foreign), static one => one.Contains("is none under its root: the root did not sign it", StringComparison.Ordinal));
        Assert.Contains(Audit([.. TestAuthority.Shared.IssuingCertificates, .. other.IssuingCertificates], foreign), static one => one.Contains("none of the issuing CAs", StringComparison.Ordinal));
        Assert.Contains(Audit([], _identity), static one => one.Contains("or the export hides the one that did", StringComparison.Ordinal));
    }

    [Fact]
    public void Audit_Approval_IsByAListedDeviceForTheListedKey()
    {
        var added = DeviceId.New();
        using var key = KeyPool.Shared.CreateRsa(3072);
        LoggedCertificate[] certificates = [_identity, _encryption, Certificate(DeviceKeyUse.Identity, added, key), Certificate(DeviceKeyUse.Encryption, added, KeyPool.Shared.CreateRsa(3072))];
        var first = List(1, null, Admission.First);
        var token = Approve(_identity, _key, added, key);
        Assert.Empty(Audit([.. certificates, first, new LoggedApproval(Time, token), With(first, added, certificates, token)]));
        Finds("which was not on the list of that person's devices then", [.. certificates, new LoggedApproval(Time, token), first]);
        var gone = List(2, HashOf(first), Admission.First, listed: false);
        Finds("which was not on the list of that person's devices then", [.. certificates, first, gone, new LoggedApproval(Time, token)]);
        var foreign = Approve(Certificate(DeviceKeyUse.Identity, Device, key), key, added, key);
        Finds("or with another key", [.. certificates, first, new LoggedApproval(Time, foreign)]);
        var other = Approve(_identity, _key, added, _key);
        Finds("was approved with this key, and no such approval", [.. certificates, first, new LoggedApproval(Time, other), With(first, added, certificates, other)]);
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

    [Fact]
    public void Audit_ChangeOfTheKey_IsFollowedOnlyAsTheRulesSay()
    {
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var anchor = TrustAnchor.FromRoot(TestAuthority.Shared.Anchor.Der.Span, LogKey.Of(first));
        var (one, two) = (new MerkleTree([HashOf(_identity)]).Root, new MerkleTree([HashOf(_identity), HashOf(_encryption)]).Root);
        LogKeyStatement Next(ulong size, Digest root) => new(LogKey.Of(second), size, root, Time);

        var good = Replay(second, Logged(first, Next(2, two)));
        Assert.Empty(good.Faults);
        Assert.Equal((3UL, LogKey.Of(second)), (good.Head!.Size, good.Keys.Present));
        Assert.Contains("the head is not signed", Assert.Single(Replay(first, Logged(first, Next(2, two))).Faults), StringComparison.Ordinal);
        Assert.Contains("entry 2 replaces the log's key, and names another log of 1 entries", Assert.Single(Replay(second, Logged(first, Next(1, one))).Faults), StringComparison.Ordinal);
        Assert.Contains("names another log of 2 entries", Assert.Single(Replay(second, Logged(first, Next(2, one))).Faults), StringComparison.Ordinal);
        var foreign = Replay(second, Logged(second, Next(2, two)));
        Assert.Contains("did not sign that", foreign.Faults[0], StringComparison.Ordinal);
        Assert.Null(foreign.Head);

        LoggedKey Logged(ECDsa key, LogKeyStatement statement) => new(Time, statement.Sign(key));
        LogAuditReport Replay(ECDsa key, LoggedKey change)
        {
            var audit = new LogAudit(anchor, TestAuthority.Shared.IssuingCertificates);
            LogEntry[] entries = [_identity, _encryption, change];
            foreach (var entry in entries) audit.Add(entry.Encode());
            return audit.Finish(new TreeHead(3, new MerkleTree([.. entries.Select(HashOf)]).Root, Time).Sign(key));
        }
    }

    private static void Finds(string fault, params LogEntry[] entries) => Assert.Contains(Audit(entries), one => one.Contains(fault, StringComparison.Ordinal));

    private static IReadOnlyList<string> Audit(params LogEntry[] entries) => Audit(TestAuthority.Shared.IssuingCertificates, entries);

    private static IReadOnlyList<string> Audit(IReadOnlyList<ReadOnlyMemory<byte>> issuing, params LogEntry[] entries)
    {
        var (audit, head) = Replay(issuing, entries);
        return audit.Finish(head).Faults;
    }

    private static (LogAudit Audit, byte[] Head) Replay(params LogEntry[] entries) => Replay(TestAuthority.Shared.IssuingCertificates, entries);

    private static (LogAudit Audit, byte[] Head) Replay(IReadOnlyList<ReadOnlyMemory<byte>> issuing, LogEntry[] entries)
    {
        var audit = new LogAudit(TestAuthority.Shared.Anchor, issuing);
        foreach (var entry in entries) audit.Add(entry.Encode());
        var root = new MerkleTree([.. entries.Select(HashOf)]).Root;
        return (audit, TestAuthority.Shared.Log.Sign(new TreeHead((ulong)entries.Length, root, Time)));
    }

    private static LoggedCertificate Certificate(DeviceKeyUse use, DeviceId device, RSA key, CertificateAuthority? authority = null)
    {
        var issuer = authority ?? TestAuthority.Shared;
        return new LoggedCertificate(Time, issuer.Issue(issuer.Prepare(use, "alice", User, device, key, TestAuthority.Now)).Der);
    }

    private static byte[] Approve(LoggedCertificate signer, RSA signerKey, DeviceId device, RSA key)
    {
        var issuing = TestAuthority.Shared.IssuingCertificates;
        var verified = Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(signer.Der, issuing, TestAuthority.Shared.Anchor, DeviceKeyUse.Identity, TestAuthority.Now)).Device;
        return new DeviceApproval(User, device, Digest.Sha256(key.ExportSubjectPublicKeyInfo()), TestAuthority.Now).Sign(verified, signerKey, issuing);
    }

    /// <summary>The next list, with one device more.</summary>
    private static DeviceList With(DeviceList before, DeviceId added, LoggedCertificate[] certificates, byte[] approval) => before with
    {
        Seq = before.Seq + 1,
        Previous = HashOf(before),
        Devices = [.. before.Devices.Append(new ListedDevice(added, Digest.Sha256(certificates[2].Der.Span), Digest.Sha256(certificates[3].Der.Span), Admission.ByDevice(approval))).OrderBy(static one => one.Device)],
    };

    private static Digest HashOf(LogEntry entry) => MerkleProof.HashLeaf(entry.Encode());

    private DeviceList List(ulong seq, Digest? previous, Admission letIn, bool listed = true) => new(
        Time, User, seq, previous, listed ? [new ListedDevice(Device, Digest.Sha256(_identity.Der.Span), Digest.Sha256(_encryption.Der.Span), letIn)] : []);
}
