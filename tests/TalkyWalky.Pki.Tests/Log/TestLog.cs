using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>A log in memory and its key; it signs whatever a test asks for.</summary>
internal sealed class TestLog : IDisposable
{
    public static readonly DateTimeOffset Time = TestPki.Now;
    public static readonly UserId Bob = UserId.New(), Carol = UserId.New();

    private readonly List<ECDsa> _keys = [];

    public TestLog()
    {
        _keys.Add(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        Keys = LogKeys.Of(LogKey.Of(_keys[0]));
    }

    private TestLog(TestLog other, int leaves)
    {
        _keys.AddRange(other._keys.Select(static key => ECDsa.Create(key.ExportParameters(includePrivateParameters: true))));
        Keys = other.Keys;
        Leaves.AddRange(other.Leaves.Take(leaves));
    }

    /// <summary>The first, which the trust anchor names.</summary>
    public LogKey Key => Keys.First;

    public LogKeys Keys { get; private set; }

    public List<byte[]> Leaves { get; } = [];

    public ulong Size => (ulong)Leaves.Count;

    /// <summary>Another log under the same keys that begins with these leaves of this one.</summary>
    public TestLog Fork(int leaves) => new(this, leaves);

    /// <summary>Returns the index.</summary>
    public ulong Append(LogEntry entry)
    {
        Leaves.Add(entry.Encode());
        return Size - 1;
    }

    public void Grow(int leaves, string what)
    {
        for (var n = 0; n < leaves; n++) Append(new LoggedCommit(Time, new ConversationId(Digest.Sha256("room"u8)), Size + 1, Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(what))));
    }

    /// <summary>What the present key says of another one; nothing is done by it.</summary>
    public byte[] Statement(DateTimeOffset? time = null, LogKey? next = null, ulong? size = null) =>
        new LogKeyStatement(next ?? Other(), size ?? Size, Root(), time ?? Time).Sign(_keys[^1]);

    /// <summary>Another key signs from now on.</summary>
    public void ReplaceKey(DateTimeOffset? time = null)
    {
        var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var statement = Statement(time, LogKey.Of(next));
        Keys = Keys.TryAppend(statement)!;
        Append(new LoggedKey(time ?? Time, statement));
        _keys.Add(next);
    }

    public static LogKey Other()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return LogKey.Of(key);
    }

    public Digest Root(ulong? size = null) => Answer(LogTree.Root(size ?? Size))[0];

    public IReadOnlyList<Digest> PathTo(ulong index, ulong? size = null) => Answer(LogTree.Inclusion(index, size ?? Size));

    public IReadOnlyList<Digest> Consistency(ulong first, ulong? size = null) => Answer(LogTree.Consistency(first, size ?? Size));

    public byte[] Sign(JwsType type, ReadOnlySpan<byte> payload) => Jws.Sign(type, _keys[^1], payload);

    /// <summary>By the key for its size.</summary>
    public byte[] Sign(TreeHead head) => head.Sign(KeyFor(head.Size));

    /// <summary>By the key for its size.</summary>
    public byte[] Sign(UserHead head) => head.Sign(KeyFor(head.Size));

    /// <summary>By the first key, whatever the size: what a thief of it can do.</summary>
    public byte[] SignFirst(TreeHead head) => head.Sign(_keys[0]);

    public byte[] SignFirst(UserHead head) => head.Sign(_keys[0]);

    public byte[] SignFirst(LogKeyStatement statement) => statement.Sign(_keys[0]);

    /// <summary>By the present key, whatever the size.</summary>
    public byte[] SignLast(TreeHead head) => head.Sign(_keys[^1]);

    public byte[] SignLast(UserHead head) => head.Sign(_keys[^1]);

    public byte[] SignLast(LogKeyStatement statement) => statement.Sign(_keys[^1]);

    public byte[] TreeHead(ulong? size = null) => Sign(new TreeHead(size ?? Size, Root(size), Time));

    /// <summary>That the list at this index is its person's newest.</summary>
    public byte[] UserHead(ulong index, ulong? size = null)
    {
        var list = Assert.IsType<DeviceList>(LogEntry.TryRead(Leaves[(int)index]));
        return Sign(new UserHead(list.User, list.Seq, MerkleProof.HashLeaf(Leaves[(int)index]), index, size ?? Size, Root(size), Time, Time.AddHours(1)));
    }

    public LogEvidence.SplitView SplitAgainst(TestLog larger) => new(TreeHead(), larger.TreeHead(), larger.Root(Size), larger.Consistency(Size)) { Keys = larger.Keys.Tokens };

    public void Dispose() => _keys.ForEach(static key => key.Dispose());

    public static DeviceList List(UserId user, ulong seq, params IReadOnlyList<ListedDevice> devices) => new(Time, user, seq, seq == 1 ? null : Digest.Sha256([(byte)seq]), devices);

    public static ListedDevice Device(byte n, Admission? letIn = null)
    {
        Assert.True(DeviceId.TryParse($"{n:x2}{new string('a', 30)}", out var device));
        return new ListedDevice(device, Digest.Sha256([n, 1]), Digest.Sha256([n, 2]), letIn ?? Admission.Administrator);
    }

    /// <summary>Its form is right; nobody looks at its signature here.</summary>
    public static byte[] Approval(JwsType? type = null)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        return Jws.Sign(type ?? JwsType.Approval, key, "{}"u8, [TestPki.Good.Identity()]);
    }

    /// <summary>One or more of each kind.</summary>
    public static IReadOnlyList<LogEntry> Samples()
    {
        var approval = Approval();
        using var log = new TestLog();
        log.Grow(3, "before the key is replaced");
        return
        [
            new LoggedCertificate(Time, TestPki.Good.Identity()),
            new LoggedRevocation(Time, Digest.Sha256("issuing"u8), "0a1b2c3d", X509RevocationReason.KeyCompromise),
            new LoggedRevocation(Time, null, "7f", X509RevocationReason.Unspecified),
            new LoggedCommit(Time, new ConversationId(Digest.Sha256("room"u8)), 7, Digest.Sha256("commit"u8)),
            new LoggedApproval(Time, approval),
            List(Bob, 1),
            List(Bob, 1, Device(1, Admission.First)),
            List(Bob, 2, Device(1, Admission.First), Device(2), Device(3, Admission.ByDevice(approval))),
            new LoggedKey(Time, log.Statement()),
        ];
    }

    private ECDsa KeyFor(ulong size) => _keys[Keys.Statements.Count(one => one.Size < size)];

    private IReadOnlyList<Digest> Answer(LogQuestion question) => new StoredTree([.. Leaves.Select(static leaf => MerkleProof.HashLeaf(leaf))]).Answer(question);
}
