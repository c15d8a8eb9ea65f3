using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>What an audit of the whole log came to.</summary>
/// <param name="Head">Null when no head was signed for exactly these entries.</param>
/// <param name="Faults">Sentences; none when the log keeps its rules. The first of them, with <paramref name="FaultCount"/> in all.</param>
/// <param name="Unlisted">Device certificates that no list ever named: of enrolments that were not finished, or hidden.</param>
/// <param name="Keys">The keys of the log, the trust anchor's first.</param>
/// <param name="ByAdministrator">Times that a device came in on an administrator's word alone.</param>
public sealed record LogAuditReport(
    TreeHead? Head, LogKeys Keys, ulong Entries, Digest Root, long Certificates, long Revocations, long Approvals, long Commits, long Lists, int People, int Unlisted, long ByAdministrator,
    long FaultCount, IReadOnlyList<string> Faults);

/// <summary>Replays a transparency log from its first entry on (docs/protocol.md section 3.1). Needs nothing but the entries and the trust anchor.</summary>
/// <param name="anchor">With the log's key.</param>
/// <param name="issuing">All issuing certificates that the authority ever had, DER: each certificate is by one of them, and they are by the root.</param>
public sealed class LogAudit(TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> issuing)
{
    private const int MaxFaults = 100;

    private readonly Dictionary<UserId, Known> _people = [];
    private readonly Dictionary<ConversationId, ulong> _rooms = [];
    private readonly Dictionary<Digest, DeviceApproval> _approvals = [];
    private readonly LogIssuers _issuers = new(anchor, issuing);
    private readonly Dictionary<Digest, Digest?> _certificates = []; // with the SHA-256 of the key
    private readonly HashSet<Digest> _unlisted = [];
    private readonly HashSet<string> _serials = new(StringComparer.Ordinal);
    private readonly List<(int Height, Digest Hash)> _tree = []; // complete subtrees, the largest first
    private readonly List<string> _faults = [];
    private readonly List<(TreeHead Head, ReadOnlyMemory<byte> Token)> _expected = [];
    private LogKeys _keys = LogKeys.Of(anchor.Log!);
    private DateTimeOffset _time;
    private long _faultCount, _certificateCount, _revocations, _commits, _lists, _byAdministrator;

    /// <summary>Entries so far.</summary>
    public ulong Size { get; private set; }

    /// <summary>A tree head that was seen at another time: the log must begin with it. False when it is none.</summary>
    public bool Expect(ReadOnlyMemory<byte> earlier)
    {
        if (TreeHead.TryRead(earlier.Span) is not { } head) return false;
        _expected.Add((head, earlier));
        return true;
    }

    /// <summary>The next entry.</summary>
    public void Add(ReadOnlySpan<byte> leaf)
    {
        var hash = MerkleProof.HashLeaf(leaf);
        if (LogEntry.TryRead(leaf) is not { } entry) Fault("is no entry of a transparency log");
        else Take(entry, hash);
        Grow(hash);
        Size++;
        foreach (var ((size, root, _), _) in _expected)
        {
            if (size == Size && Root() != root) Tell($"the first {size} entries are not those that were signed before: the log was changed, or this is another one");
        }
    }

    /// <param name="head">A tw-tree-head token for exactly these entries.</param>
    public LogAuditReport Finish(ReadOnlySpan<byte> head)
    {
        foreach (var fault in _issuers.Faults) Tell($"an issuing CA of the export is none under its root: {fault}");
        var signed = TreeHead.TryVerify(head, _keys);
        if (signed is null) Tell("the head is not signed by the log's key");
        else if (signed.Size != Size) Tell($"the head is of {signed.Size} entries, and {Size} are here");
        else if (signed.Root != Root()) Tell("the head is of other entries than these: its root differs");
        foreach (var (earlier, _) in _expected.Where(one => TreeHead.TryVerify(one.Token.Span, _keys) is null)) Tell($"the head of {earlier.Size} entries that was seen before is not signed by this log's key");
        foreach (var ((size, _, _), _) in _expected.Where(one => one.Head.Size > Size)) Tell($"the log had {size} entries before, and has {Size} now: it went back");
        return new LogAuditReport(
            signed is not null && signed.Size == Size && signed.Root == Root() ? signed : null, _keys, Size, Root(), _certificateCount, _revocations, _approvals.Count, _commits, _lists, _people.Count,
            _unlisted.Count, _byAdministrator, _faultCount, _faults);
    }

    private void Take(LogEntry entry, Digest hash)
    {
        if (entry.Time < _time) Fault("is older than the entry before it");
        else _time = entry.Time;
        switch (entry)
        {
            case LoggedCertificate certificate:
                Take(certificate);
                break;
            case LoggedRevocation revocation:
                _revocations++;
                if (!_serials.Contains(revocation.Serial)) Fault($"revokes the certificate {revocation.Serial}, which is not in the log before it");
                break;
            case LoggedCommit commit:
                Take(commit);
                break;
            case LoggedApproval approval:
                Take(approval);
                break;
            case LoggedKey key:
                Take(key);
                break;
            case DeviceList list:
                Take(list, hash);
                break;
        }
    }

    private void Take(LoggedKey logged)
    {
        if (_keys.TryAppend(logged.Token.Span) is not { Statements: [.., var statement] } keys)
        {
            Fault("replaces the log's key, and the key before it did not sign that");
            return;
        }

        _keys = keys;
        if (statement.Size != Size || statement.Root != Root()) Fault($"replaces the log's key, and names another log of {statement.Size} entries as the last that the old key signed");
    }

    private void Take(LoggedCertificate logged)
    {
        _certificateCount++;
        var hash = Digest.Sha256(logged.Der.Span);
        var key = _issuers.KeyIn(logged.Der);
        if (!_certificates.TryAdd(hash, key)) Fault("is a certificate that is in the log already");
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(logged.Der.Span);
            _serials.Add(LogSerial.Of(certificate));
            if (key is null) Fault($"is a certificate of {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)} that none of the issuing CAs in the export signed: another CA made it, or the export hides the one that did");
            // An identity certificate is for TLS clients, one for encryption has no extended key usage: all others are the server's own.
            var usage = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
            if (usage is null || usage.EnhancedKeyUsages.Cast<Oid>().Any(static one => one.Value is Oids.ClientAuth)) _unlisted.Add(hash);
        }
        catch (CryptographicException)
        {
            Fault("holds no certificate");
        }
    }

    private void Take(LoggedCommit commit)
    {
        _commits++;
        if (_rooms.TryGetValue(commit.Room, out var last) && commit.Epoch != last + 1)
            Fault(commit.Epoch <= last ? $"is a second commit of epoch {commit.Epoch} of room {commit.Room}: the room was forked" : $"is the commit of epoch {commit.Epoch} of room {commit.Room} after that of {last}: some are missing");
        _rooms[commit.Room] = Math.Max(commit.Epoch, last);
    }

    private void Take(LoggedApproval logged)
    {
        if (DeviceApproval.TryVerify(logged.Token.Span, anchor, issuing, at: null) is not var (approval, signer))
        {
            Fault("is an approval that no device of that person signed");
            return;
        }

        _approvals[Digest.Sha256(logged.Token.Span)] = approval;
        if (_people.GetValueOrDefault(approval.User)?.Devices.Any(one => one.Device == signer.Device && KeyOf(one.Identity) == signer.KeyHash) is not true)
            Fault($"is an approval by the device {signer.Device} of {approval.User}, which was not on the list of that person's devices then, or with another key");
    }

    private void Take(DeviceList list, Digest hash)
    {
        _lists++;
        var before = _people.GetValueOrDefault(list.User);
        if (list.Seq != (before?.Seq ?? 0) + 1) Fault($"is device list {list.Seq} of {list.User} after {before?.Seq ?? 0}");
        else if (list.Previous != before?.Hash) Fault($"is device list {list.Seq} of {list.User} and names another list before it than the one in the log");
        foreach (var device in list.Devices) Check(list, device, before);
        _people[list.User] = new Known(list.Seq, hash, list.Devices);
    }

    private void Check(DeviceList list, ListedDevice device, Known? before)
    {
        foreach (var certificate in new[] { device.Identity, device.Encryption })
        {
            if (!_certificates.ContainsKey(certificate)) Fault($"names a certificate of device {device.Device} of {list.User} that is not in the log before it");
            _unlisted.Remove(certificate);
        }

        var isKnown = before is not null && before.Devices.Any(one => one.Device == device.Device && one.LetIn == device.LetIn);
        if (device.LetIn.Approval is { } approval && (!_approvals.TryGetValue(approval, out var given) || given.User != list.User || given.Device != device.Device || given.KeyHash != KeyOf(device.Identity)))
            Fault($"says that device {device.Device} of {list.User} was approved with this key, and no such approval is in the log before it");
        if (device.LetIn.IsFirst && list.Seq > 1 && !isKnown) Fault($"says that device {device.Device} is the first of {list.User}, who had others before");
        if (device.LetIn.ByAdministrator && !isKnown) _byAdministrator++;
    }

    private Digest? KeyOf(Digest certificate) => _certificates.GetValueOrDefault(certificate);

    private void Grow(Digest leaf)
    {
        _tree.Add((0, leaf));
        while (_tree is [.., var left, var right] && left.Height == right.Height)
        {
            _tree.RemoveRange(_tree.Count - 2, 2);
            _tree.Add((left.Height + 1, MerkleProof.HashNode(left.Hash, right.Hash)));
        }
    }

    // RFC 6962 §2.1: subtrees of falling size, hashed together from the right.
    private Digest Root() => _tree.Count == 0 ? Digest.Sha256([]) : _tree.Select(static one => one.Hash).Reverse().Aggregate(static (right, left) => MerkleProof.HashNode(left, right));

    private void Fault(string what) => Tell($"entry {Size} {what}");

    private void Tell(string sentence)
    {
        _faultCount++;
        if (_faults.Count < MaxFaults) _faults.Add(sentence);
    }

    private sealed record Known(ulong Seq, Digest Hash, IReadOnlyList<ListedDevice> Devices);
}

internal static class LogSerial
{
    /// <summary>As the store and the log write it: lower-case hex, 32 digits.</summary>
    public static string Of(X509Certificate2 certificate) => certificate.SerialNumber.ToLowerInvariant().TrimStart('0').PadLeft(32, '0');
}
