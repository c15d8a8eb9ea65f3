using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>vectors/pki/log.json: a small log with leaves of every kind, all its roots, proofs, signed heads and evidence, and texts that are none of these.</summary>
/// <param name="Key">SubjectPublicKeyInfo of the log's first key, base64.</param>
/// <param name="Keys">Statements by which it was replaced.</param>
/// <param name="Root">The organisation's root certificate, base64.</param>
/// <param name="Anchor">Hash of the trust anchor that both make.</param>
/// <param name="Roots">Of the trees of 1, 2, ... leaves.</param>
/// <param name="Inclusion">Audit path of each leaf in the whole tree.</param>
/// <param name="Consistency">From the trees of 1, 2, ... leaves to the whole one.</param>
internal sealed record LogVector(
    string Note,
    string Key,
    IReadOnlyList<string> Keys,
    string Root,
    string Anchor,
    IReadOnlyList<VectorLeaf> Leaves,
    IReadOnlyList<string> Roots,
    IReadOnlyList<IReadOnlyList<string>> Inclusion,
    IReadOnlyList<IReadOnlyList<string>> Consistency,
    IReadOnlyList<string> TreeHeads,
    IReadOnlyList<string> UserHeads,
    IReadOnlyList<VectorEvidence> Evidence,
    IReadOnlyList<VectorRefusal> Refused)
{
    private static readonly string File = Repository.Vectors("pki", "log.json");
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static LogVector Load() => JsonSerializer.Deserialize<LogVector>(System.IO.File.ReadAllBytes(File), Options)!;

    /// <summary>Makes the file anew, for a change of the formats.</summary>
    public static void Write() => System.IO.File.WriteAllText(File, JsonSerializer.Serialize(Make(), Options) + "\n");

    private static LogVector Make()
    {
        using var log = new TestLog();
        var (first, second) = Fill(log);
        var sizes = Enumerable.Range(1, log.Leaves.Count).Select(static size => (ulong)size).ToList();
        return new LogVector(
            "Times are Unix milliseconds, certificates and keys base64 DER, hashes lower-case hex. A leaf's hash is over its text in UTF-8, behind a zero byte.",
            Convert.ToBase64String(log.Key.Info.Span),
            [.. log.Keys.Tokens.Select(Ascii)],
            Convert.ToBase64String(TestPki.Good.Root),
            TrustAnchor.HashOf(TestPki.Good.Root, log.Key).ToString(),
            [.. log.Leaves.Select(static leaf => new VectorLeaf(Encoding.UTF8.GetString(leaf), MerkleProof.HashLeaf(leaf).ToString()))],
            [.. sizes.Select(size => log.Root(size).ToString())],
            [.. sizes.Select(size => Hex(log.PathTo(size - 1)))],
            [.. sizes.Select(size => Hex(log.Consistency(size)))],
            [.. sizes.Select(size => Ascii(log.TreeHead(size)))],
            [Ascii(log.UserHead(first, first + 1)), Ascii(log.UserHead(second))],
            [.. EvidenceOf(log, first, second)],
            [.. Refusals(log, second)]);
    }

    // The two lists of one person, by their places.
    private static (ulong First, ulong Second) Fill(TestLog log)
    {
        var approval = TestLog.Approval();
        log.Append(new LoggedCertificate(TestLog.Time, TestPki.Good.Identity()));
        log.Append(new LoggedCertificate(TestLog.Time, TestPki.Good.Encryption()));
        var first = log.Append(TestLog.List(TestLog.Bob, 1, TestLog.Device(1, Admission.First)));
        log.Append(new LoggedCommit(TestLog.Time.AddMinutes(1), new ConversationId(Digest.Sha256("a room"u8)), 1, Digest.Sha256("its first commit"u8)));
        log.Append(new LoggedApproval(TestLog.Time.AddMinutes(2), approval));
        log.Append(new LoggedRevocation(TestLog.Time.AddMinutes(3), Digest.Sha256("an issuing CA"u8), "0a1b2c3d4e5f60718293a4b5c6d7e8f9", X509RevocationReason.KeyCompromise));
        log.Append(new LoggedRevocation(TestLog.Time.AddMinutes(3), null, "7f", X509RevocationReason.Unspecified));
        log.Append(TestLog.List(TestLog.Carol, 1));
        log.Append(new LoggedCommit(TestLog.Time.AddMinutes(4), new ConversationId(Digest.Sha256("a room"u8)), 2, Digest.Sha256("its second commit"u8)));
        var devices = new[] { TestLog.Device(1, Admission.First), TestLog.Device(2, Admission.Administrator), TestLog.Device(3, Admission.ByDevice(approval)) };
        var second = log.Append(new DeviceList(TestLog.Time.AddMinutes(5), TestLog.Bob, 2, MerkleProof.HashLeaf(log.Leaves[(int)first]), devices));
        log.ReplaceKey(TestLog.Time.AddMinutes(5));
        log.Append(new LoggedCertificate(TestLog.Time.AddMinutes(6), TestPki.Good.Server()));
        return (first, second);
    }

    private static IEnumerable<VectorEvidence> EvidenceOf(TestLog log, ulong first, ulong second)
    {
        foreach (var (shared, size) in ((int, int)[])[(5, 6), (5, 8), (5, 11), (10, 11)])
        {
            using var other = log.Fork(shared);
            other.Grow(size - shared, "another view");
            yield return Tell($"two trees, of {size} and {log.Size} leaves, that share {shared}", other.SplitAgainst(log), log, isProof: true);
        }

        using var longer = log.Fork(4);
        longer.Grow(20, "another view");
        var split = log.SplitAgainst(longer);
        yield return Tell("two trees, shown by user heads", split with { Smaller = log.UserHead(second), Larger = longer.UserHead(first) }, log, isProof: true);
        var hidden = new LogEvidence.HiddenList(log.UserHead(first), log.Leaves[(int)second], second, log.PathTo(second)) { Keys = log.Keys.Tokens };
        yield return Tell("a later list in the tree of a user head", hidden, log, isProof: true);

        using (var old = log.Fork(8))
        {
            old.Grow(2, "another view");
            var told = log.Keys.Statements[0];
            var statement = new LogKeyStatement(told.Key, told.Size, old.Root(), told.Time);
            var signed = old.SignFirst(statement);
            yield return Tell("two trees, one of them the last of a key", new LogEvidence.SplitView(signed, log.TreeHead(), log.Root(10), log.Consistency(10)) { Keys = log.Keys.Tokens }, log, isProof: true);
            yield return Tell("two statements by one key", new LogEvidence.KeyFork(log.Keys.Tokens[0], signed), log, isProof: true);
            yield return Tell("one statement, signed twice", new LogEvidence.KeyFork(log.Keys.Tokens[0], old.SignFirst(told)), log, isProof: false);
            yield return Tell("two statements, but not by the key that the keys end with", new LogEvidence.KeyFork(log.Keys.Tokens[0], signed) { Keys = log.Keys.Tokens }, log, isProof: false);
            yield return Tell("a tree that a key signed behind its last", split with { Smaller = old.SignFirst(new TreeHead(11, Digest.Sha256("invented"u8), TestLog.Time)) }, log, isProof: false);
            yield return Tell("heads by a later key, without its statement", split with { Keys = [] }, log, isProof: false);
        }

        using (var whole = log.Fork(7)) yield return Tell("one log, at two times", whole.SplitAgainst(log), log, isProof: false);
        yield return Tell("a root that the path does not show", split with { Root = Digest.Sha256("invented"u8) }, log, isProof: false);
        yield return Tell("a path cut short", split with { Path = [.. split.Path.Skip(1)] }, log, isProof: false);
        yield return Tell("the newest list itself", hidden with { Head = log.UserHead(second) }, log, isProof: false);
        yield return Tell("an earlier list", hidden with { Head = log.UserHead(second), Leaf = log.Leaves[(int)first], Index = first, Path = log.PathTo(first) }, log, isProof: false);
        yield return Tell("a list that is not in the tree", hidden with { Leaf = TestLog.List(TestLog.Bob, 3).Encode() }, log, isProof: false);
        using var stranger = new TestLog();
        yield return Tell("heads by another key", split with { Smaller = stranger.Sign(new TreeHead(log.Size, log.Root(), TestLog.Time)) }, log, isProof: false);
    }

    private static VectorEvidence Tell(string what, LogEvidence evidence, TestLog log, bool isProof)
    {
        Assert.Equal(isProof, evidence.Verify(log.Key) is not null);
        return new VectorEvidence(what, Encoding.UTF8.GetString(evidence.Encode()), isProof);
    }

    private static IEnumerable<VectorRefusal> Refusals(TestLog log, ulong list)
    {
        using var stranger = new TestLog();
        var (tree, user) = (new TreeHead(log.Size, log.Root(), TestLog.Time), UserHead.TryVerify(log.UserHead(list), log.Keys)!);
        yield return new("tree head by another key", "tree-head", Ascii(stranger.Sign(tree)));
        using (var old = log.Fork(10))
        {
            var last = log.Keys.Statements[0];
            yield return new("tree head by a key that was replaced", "tree-head", Ascii(old.SignFirst(tree)));
            yield return new("tree head of the last tree of a key, signed after its last word", "tree-head", Ascii(old.SignFirst(tree with { Size = last.Size, Time = last.Time.AddMilliseconds(1) })));
            yield return new("tree head of a tree before a key's own", "tree-head", Ascii(old.SignLast(tree with { Size = last.Size })));
            yield return new("user head by a key that was replaced", "user-head", Ascii(old.SignFirst(user)));
            var next = last with { Key = TestLog.Other(), Size = log.Size };
            yield return new("statement by another key", "log-key", Ascii(stranger.SignFirst(next)));
            yield return new("statement by a key that was replaced", "log-key", Ascii(old.SignFirst(next)));
            yield return new("statement for a key that the log had", "log-key", Ascii(old.SignLast(next with { Key = log.Key })));
            yield return new("statement for the key itself", "log-key", Ascii(old.SignLast(next with { Key = last.Key })));
            yield return new("statement of no larger a tree than the one before", "log-key", Ascii(old.SignLast(next with { Size = last.Size })));
            yield return new("statement from before the one before", "log-key", Ascii(old.SignLast(next with { Time = last.Time.AddMilliseconds(-1) })));
            foreach (var bent in BentJson.Of(Payload(old.SignLast(next))).Where(static bent => bent.Length > 2).Take(20))
                yield return new("statement with its members bent", "log-key", Ascii(log.Sign(JwsType.LogKey, bent)));
            yield return Leaf("change of the key at another time than its statement's", new LoggedKey(last.Time.AddMilliseconds(1), log.Keys.Tokens[0]));
            yield return Leaf("change of the key by a tree head", new LoggedKey(TestLog.Time, log.TreeHead()));
        }

        yield return new("tree head of no leaves", "tree-head", Ascii(log.Sign(tree with { Size = 0 })));
        yield return new("tree head under the type of a user head", "tree-head", Ascii(log.Sign(JwsType.UserHead, Payload(log.Sign(tree)))));
        yield return new("user head as a tree head", "tree-head", Ascii(log.Sign(user)));
        yield return new("user head by another key", "user-head", Ascii(stranger.Sign(user)));
        yield return new("user head whose list is beyond its tree", "user-head", Ascii(log.Sign(user with { Index = user.Size })));
        yield return new("user head of list 0", "user-head", Ascii(log.Sign(user with { Seq = 0 })));
        yield return new("user head for longer than an hour", "user-head", Ascii(log.Sign(user with { Expires = user.Time.AddHours(1).AddMilliseconds(1) })));
        yield return new("user head that expires before its time", "user-head", Ascii(log.Sign(user with { Expires = user.Time.AddMilliseconds(-1) })));
        yield return new("tree head as a user head", "user-head", Ascii(log.Sign(tree)));
        foreach (var bent in BentJson.Of(Payload(log.Sign(tree))).Where(static bent => bent.Length > 2).Take(20))
            yield return new("tree head with its members bent", "tree-head", Ascii(log.Sign(JwsType.TreeHead, bent)));

        var (one, two) = (TestLog.Device(1), TestLog.Device(2));
        yield return Leaf("unsorted device list", TestLog.List(TestLog.Bob, 1, two, one));
        yield return Leaf("device list that names a device twice", TestLog.List(TestLog.Bob, 1, one, one));
        yield return Leaf("device list with two first devices", TestLog.List(TestLog.Bob, 1, one with { LetIn = Admission.First }, two with { LetIn = Admission.First }));
        yield return Leaf("device list 0", TestLog.List(TestLog.Bob, 0, one));
        yield return Leaf("first device list with a list before it", TestLog.List(TestLog.Bob, 1, one) with { Previous = Digest.Sha256("none"u8) });
        yield return Leaf("second device list without the one before", TestLog.List(TestLog.Bob, 2, one) with { Previous = null });
        yield return Leaf("device list of 129", TestLog.List(TestLog.Bob, 1, [.. Enumerable.Range(0, 129).Select(static n => TestLog.Device((byte)n))]));
        yield return Leaf("revocation of a serial in capitals", new LoggedRevocation(TestLog.Time, null, "7F", X509RevocationReason.Unspecified));
        yield return Leaf("revocation for a reason that there is not", new LoggedRevocation(TestLog.Time, null, "7f", (X509RevocationReason)11));
        yield return Leaf("commit of epoch 0", new LoggedCommit(TestLog.Time, new ConversationId(Digest.Sha256("a room"u8)), 0, Digest.Sha256("its commit"u8)));
        yield return Leaf("certificate without bytes", new LoggedCertificate(TestLog.Time, default));
        foreach (var bent in BentJson.Of(log.Leaves[(int)list]).Where(static bent => bent.Length > 2).Take(20))
            yield return new("device list with its members bent", "leaf", Encoding.UTF8.GetString(bent));
    }

    private static VectorRefusal Leaf(string what, LogEntry entry) => new(what, "leaf", Encoding.UTF8.GetString(entry.Encode()));

    private static byte[] Payload(byte[] token) => System.Buffers.Text.Base64Url.DecodeFromChars(Ascii(token).Split('.')[1]);

    private static string Ascii(byte[] text) => Encoding.ASCII.GetString(text);

    private static IReadOnlyList<string> Hex(IEnumerable<Digest> path) => [.. path.Select(static hash => hash.ToString())];
}

internal sealed record VectorLeaf(string Text, string Hash);

internal sealed record VectorEvidence(string What, string File, bool IsProof);

/// <param name="Kind">What it is not: leaf, tree-head, user-head, log-key (the next statement).</param>
internal sealed record VectorRefusal(string What, string Kind, string Text);
