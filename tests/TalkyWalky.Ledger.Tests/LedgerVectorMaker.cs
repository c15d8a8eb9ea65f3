using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>Makes the vector anew, for a change of the format: keys from the pool, everything else fresh.</summary>
internal sealed class LedgerVectorMaker
{
    private static readonly TestAuthority Ours = TestAuthority.Shared;

    private readonly TestDevice _alice = Enrol("alice", 1), _bob = Enrol("bob", 2), _carol = Enrol("carol", 3), _mallory = Enrol("mallory", 4);
    private readonly List<VectorRoom> _rooms = [];
    private readonly List<VectorCase> _cases = [];

    public static void Write() => new LedgerVectorMaker().Make().Save();

    private LedgerVector Make()
    {
        var tea = Tell("tea", null, _alice.Create(RoomsOfTests.ByInvitation), TeaSteps());
        var general = Tell("general", RoomState.General(Ours.Anchor.Hash), null,
        [
            (_bob, new RoomAction.Join()),
            (_alice, new RoomAction.Join()),
            (_bob, new RoomAction.SetRole(_alice.User, RoomRole.Owner)),
            (_bob, new RoomAction.Change(new RoomSettings("General", "Everybody", RoomAccess.Open))),
            (_bob, new RoomAction.Leave()),
            (_alice, new RoomAction.Leave()),
            (_carol, new RoomAction.Join()),
        ]);
        MakeRoomCases(tea, general);
        MakeForgeries(tea[3]);
        MakeMalformed(tea[3]);
        var evidence = ForkEvidence.Of(Commits.Read(Token(tea, 4))!, _bob.Propose(tea[2], new RoomAction.Change(RoomsOfTests.ByInvitation with { Name = "Coffee" })))!;
        return new LedgerVector(
            "Test keys: anyone has them. Certificates are base64 DER, ids of rooms and hashes lower-case hex. Each case names the room and how many of its commits came before.",
            Convert.ToBase64String(Ours.Root),
            Convert.ToBase64String(Ours.Issuing),
            [Person("alice", 1, _alice), Person("bob", 2, _bob), Person("carol", 3, _carol), Person("mallory", 4, _mallory)],
            _rooms,
            _cases,
            Encoding.ASCII.GetString(evidence.Encode()));
    }

    private List<(TestDevice, RoomAction)> TeaSteps() =>
    [
        (_alice, new RoomAction.Add([_bob.User, _mallory.User])),
        (_alice, new RoomAction.SetRole(_bob.User, RoomRole.Moderator)),
        (_bob, new RoomAction.Remove([_mallory.User])),
        (_bob, new RoomAction.Invite([_carol.User, new UserId(7)])),
        (_carol, new RoomAction.Join()),
        (_alice, new RoomAction.Change(new RoomSettings("Thé \"noir\" 茶 🍵", "a \\ b", RoomAccess.Open))),
        (_mallory, new RoomAction.Join()),
        (_carol, new RoomAction.Leave()),
        (_alice, new RoomAction.Close()),
    ];

    /// <summary>The states: before the first commit of General, after each commit.</summary>
    private List<RoomState> Tell(string name, RoomState? general, Commit? create, List<(TestDevice By, RoomAction Action)> steps)
    {
        var commits = new List<VectorCommit>();
        var room = general ?? RoomsOfTests.Begin(create!);
        var states = new List<RoomState> { room };
        if (create is not null) commits.Add(Describe(create, room));
        foreach (var (by, action) in steps)
        {
            var commit = by.Propose(room, action);
            states.Add(room = room.Advance(commit));
            commits.Add(Describe(commit, room));
        }

        _rooms.Add(new VectorRoom(name, general is not null, room.Room.ToString(), commits));
        return states;
    }

    private void MakeRoomCases(List<RoomState> tea, List<RoomState> general)
    {
        var add = new RoomAction.Add([_carol.User]);
        Case("a commit a second time", 4, Token(tea, 4), LedgerFault.WrongEpoch);
        Case("a commit before its turn", 4, Token(tea, 6), LedgerFault.WrongEpoch);
        Case("a commit on another branch", 4, _alice.Propose(tea[2].Advance(_bob, new RoomAction.Leave()), add).Token, LedgerFault.Fork);
        Case("a commit of another room", 4, _alice.Propose(RoomsOfTests.Begin(_alice.Create(RoomsOfTests.ByInvitation)), add).Token, LedgerFault.WrongRoom);
        Case("a second create", 4, _alice.Create(RoomsOfTests.ByInvitation).Token, LedgerFault.WrongRoom);
        Case("the room's own create again", 4, Token(tea, 1), LedgerFault.WrongEpoch);
        Case("dated 10 minutes and a millisecond back", 4, Dated(tea[3], add, -600_001), LedgerFault.WrongTime);
        Case("a removed member adds itself", 4, _mallory.Propose(tea[3], new RoomAction.Add([_mallory.User])).Token, LedgerFault.NotAllowed);
        Case("a stranger joins a room by invitation", 4, _carol.Propose(tea[3], new RoomAction.Join()).Token, LedgerFault.NotAllowed);
        Case("a moderator makes itself owner", 4, _bob.Propose(tea[3], new RoomAction.SetRole(_bob.User, RoomRole.Owner)).Token, LedgerFault.NotAllowed);
        Case("a moderator removes the owner", 4, _bob.Propose(tea[3], new RoomAction.Remove([_alice.User])).Token, LedgerFault.NotAllowed);
        Case("a moderator opens the room", 4, _bob.Propose(tea[3], new RoomAction.Change(RoomsOfTests.Open)).Token, LedgerFault.NotAllowed);
        Case("the only owner leaves", 4, _alice.Propose(tea[3], new RoomAction.Leave()).Token, LedgerFault.NotAllowed);
        Case("a change of nothing", 4, _alice.Propose(tea[3], new RoomAction.Change(RoomsOfTests.ByInvitation)).Token, LedgerFault.NotAllowed);
        Case("a member is added", 4, _alice.Propose(tea[3], new RoomAction.Add([_bob.User])).Token, LedgerFault.NotAllowed);
        Case("something after the close", 10, _alice.Propose(tea[9], add).Token, LedgerFault.NotAllowed);
        Case("General is closed", 3, _alice.Propose(general[3], new RoomAction.Close()).Token, LedgerFault.NotAllowed, "general");
        Case("General is shut", 3, _alice.Propose(general[3], new RoomAction.Change(general[3].Settings with { Access = RoomAccess.Invitation })).Token, LedgerFault.NotAllowed, "general");
    }

    private void MakeForgeries(RoomState on)
    {
        var close = _alice.Propose(on, new RoomAction.Close());
        var body = Jws.TryParse(JwsType.Commit, close.Token.Span)!.Payload;
        Case("signed by another key under the actor's certificate", 4, _mallory.SignText(body.Span, _alice.Identity), LedgerFault.NotAuthentic);
        Case("signed by another person", 4, _mallory.SignText(body.Span), LedgerFault.NotAuthentic);
        Case("signed by another device of the actor", 4, Ours.Enrol("alice", _alice.User, TestAuthority.LoadKey("rsa3072-05.pem")).SignText(body.Span), LedgerFault.NotAuthentic);
        Case("a certificate of another root", 4, new TestAuthority(rootKey: 2).Enrol("alice", _alice.User).Propose(on, new RoomAction.Close()).Token, LedgerFault.NotAuthentic);
        Case("the certificate expired", 4, Dated(on, new RoomAction.Close(), 90L * 24 * 3600 * 1000), LedgerFault.NotAuthentic);
        Case("the certificate is not valid yet", 4, Dated(on, new RoomAction.Close(), -3_600_001), LedgerFault.NotAuthentic);
        var text = Encoding.ASCII.GetString(close.Token.Span);
        Case("another action under the signature", 4, Encoding.ASCII.GetBytes(text.Replace(
            text.Split('.')[1], Encode(Encoding.UTF8.GetString(body.Span).Replace("close", "leave", StringComparison.Ordinal)), StringComparison.Ordinal)), LedgerFault.NotAuthentic);
    }

    private void MakeMalformed(RoomState on)
    {
        var commit = _alice.Propose(on, new RoomAction.Add([_carol.User, new UserId(7)]));
        var text = Encoding.UTF8.GetString(Jws.TryParse(JwsType.Commit, commit.Token.Span)!.Payload.Span);
        var users = text[text.IndexOf('[', StringComparison.Ordinal)..(text.IndexOf(']', StringComparison.Ordinal) + 1)];
        var (low, high) = (new UserId(7).ToString(), _carol.User.ToString());
        Malformed("people out of order", text.Replace(users, $"[\"{high}\",\"{low}\"]", StringComparison.Ordinal));
        Malformed("a person twice", text.Replace(users, $"[\"{low}\",\"{low}\"]", StringComparison.Ordinal));
        Malformed("nobody", text.Replace(users, "[]", StringComparison.Ordinal));
        Malformed("too many people", text.Replace(users, $"[{string.Join(',', Enumerable.Range(0, 501).Select(static i => $"\"{new UserId((UInt128)i)}\""))}]", StringComparison.Ordinal));
        Malformed("white space", text.Replace(",\"epoch\"", ", \"epoch\"", StringComparison.Ordinal));
        Malformed("another version", text.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal));
        Malformed("an unknown action", text.Replace("\"add\"", "\"ban\"", StringComparison.Ordinal));
        Malformed("epoch 1 without a create", text.Replace($"\"epoch\":{commit.Epoch}", "\"epoch\":1", StringComparison.Ordinal));
        Malformed("a member of the format twice", text.Replace("{\"v\":1,", "{\"v\":1,\"v\":1,", StringComparison.Ordinal));
        Malformed("a name with a line break", text.Replace($"{{\"kind\":\"add\",\"users\":{users}}}", """{"kind":"change","name":"a\nb","topic":"","access":"open"}""", StringComparison.Ordinal));
        var profile = new ProfileRecord(_alice.User, "Alice", 1, TestAuthority.Now).Sign(_alice.Identity, _alice.Key, [Ours.Issuing]);
        Case("a token of another type", 4, profile, LedgerFault.Malformed);
    }

    private void Malformed(string what, string body) => Case(what, 4, _alice.SignText(Encoding.UTF8.GetBytes(body)), LedgerFault.Malformed);

    private void Case(string what, int commits, ReadOnlyMemory<byte> token, LedgerFault expected, string room = "tea") =>
        _cases.Add(new VectorCase(what, room, commits, Encoding.ASCII.GetString(token.Span), expected));

    private ReadOnlyMemory<byte> Dated(RoomState on, RoomAction action, long milliseconds) =>
        _alice.Sign(new CommitDraft(on.Room, on.Epoch + 1, on.Head, action, on.Time.AddMilliseconds(milliseconds))).Token;

    private ReadOnlyMemory<byte> Token(List<RoomState> told, int commits) =>
        Encoding.ASCII.GetBytes(_rooms.Single(room => string.Equals(room.Id, told[0].Room.ToString(), StringComparison.Ordinal)).Commits[commits - 1].Token);

    private static VectorCommit Describe(Commit commit, RoomState after) => new(
        Encoding.ASCII.GetString(commit.Token.Span), Encoding.UTF8.GetString(Jws.TryParse(JwsType.Commit, commit.Token.Span)!.Payload.Span), commit.Hash.ToString(), VectorState.Of(after));

    private static string Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var encoded = new byte[StrictBase64Url.EncodedLength(bytes.Length)];
        StrictBase64Url.Encode(bytes, encoded);
        return Encoding.ASCII.GetString(encoded);
    }

    private static TestDevice Enrol(string name, int key) => Ours.Enrol(name, key: TestAuthority.LoadKey($"rsa3072-0{key}.pem"));

    private static VectorPerson Person(string name, int key, TestDevice device) => new(
        name, device.User.ToString(), device.Identity.Device.ToString(), $"keys/rsa3072-0{key}.pem", Convert.ToBase64String(device.Identity.Der.Span));
}
