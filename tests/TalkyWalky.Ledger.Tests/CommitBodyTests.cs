using System.Globalization;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>Only the exact bytes that the writer makes are a commit, whoever signs others.</summary>
public sealed class CommitBodyTests
{
    private const string Hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Low = "00000000-0000-0000-0000-00000000000a", High = "00000000-0000-0000-0000-00000000000b";

    private static readonly TestDevice Alice = TestAuthority.Shared.Enrol("alice");

    private static readonly string Time = TestAuthority.Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public static TheoryData<string> Good => new(
        Later("{\"kind\":\"join\"}"),
        Later($"{{\"kind\":\"add\",\"users\":[\"{Low}\",\"{High}\"]}}"),
        Later($"{{\"kind\":\"role\",\"user\":\"{Low}\",\"role\":\"owner\"}}"),
        Later(Change("Tea", "")),
        Later(Change(new string('漢', Limits.RoomName), new string('x', Limits.RoomTopic))),
        First(Create));

    public static TheoryData<string, string> Bad => new()
    {
        { "empty", "" },
        { "not closed", Later("{\"kind\":\"join\"}")[..^1] },
        { "bytes behind", Later("{\"kind\":\"join\"}") + " " },
        { "white space", Later("{\"kind\":\"join\"}").Replace(":2,", ": 2,", StringComparison.Ordinal) },
        { "other version", Later("{\"kind\":\"join\"}").Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal) },
        { "other order", Later("{\"kind\":\"join\"}").Replace("{\"v\":1,", "{", StringComparison.Ordinal).Replace("}}", "},\"v\":1}", StringComparison.Ordinal) },
        { "another member", Later("{\"kind\":\"join\",\"by\":1}") },
        { "a member twice", Later("{\"kind\":\"join\",\"kind\":\"join\"}") },
        { "unknown action", Later("{\"kind\":\"ban\"}") },
        { "action in upper case", Later("{\"kind\":\"Join\"}") },
        { "escaped letter", Later("{\"kind\":\"jo\\u0069n\"}") },
        { "people out of order", Later($"{{\"kind\":\"add\",\"users\":[\"{High}\",\"{Low}\"]}}") },
        { "a person twice", Later($"{{\"kind\":\"add\",\"users\":[\"{Low}\",\"{Low}\"]}}") },
        { "nobody", Later("{\"kind\":\"add\",\"users\":[]}") },
        { "too many people", Later($"{{\"kind\":\"invite\",\"users\":[{Users(Limits.CommitUsers + 1)}]}}") },
        { "comma behind the last person", Later($"{{\"kind\":\"remove\",\"users\":[\"{Low}\",]}}") },
        { "UUID in upper case", Later($"{{\"kind\":\"add\",\"users\":[\"{Low.ToUpperInvariant()}\"]}}") },
        { "unknown role", Later($"{{\"kind\":\"role\",\"user\":\"{Low}\",\"role\":\"admin\"}}") },
        { "role without person", Later("{\"kind\":\"role\",\"role\":\"owner\"}") },
        { "unknown access", Later(Change("Tea", "").Replace("open", "secret", StringComparison.Ordinal)) },
        { "no name", Later(Change("", "")) },
        { "name too long", Later(Change(new string('x', Limits.RoomName + 1), "")) },
        { "topic too long", Later(Change("Tea", new string('x', Limits.RoomTopic + 1))) },
        { "blank before the name", Later(Change(" Tea", "")) },
        { "blank behind the topic", Later(Change("Tea", "cups\u3000")) },
        { "line break in the topic", Later(Change("Tea", "a\\nb")) },
        { "override of direction in the name", Later(Change("\u202EaeT", "")) },
        { "slash escaped without need", Later(Change("a\\/b", "")) },
        { "epoch 0", Later("{\"kind\":\"join\"}", epoch: "0") },
        { "epoch 1 that is no create", Later("{\"kind\":\"join\"}", epoch: "1") },
        { "epoch with a leading zero", Later("{\"kind\":\"join\"}", epoch: "02") },
        { "epoch beyond 2^53 - 1", Later("{\"kind\":\"join\"}", epoch: "9007199254740992") },
        { "negative epoch", Later("{\"kind\":\"join\"}", epoch: "-2") },
        { "epoch as a string", Later("{\"kind\":\"join\"}", epoch: "\"2\"") },
        { "room missing", Later("{\"kind\":\"join\"}", room: "") },
        { "previous missing", Later("{\"kind\":\"join\"}", prev: "") },
        { "room too short", Later("{\"kind\":\"join\"}", room: Hash[1..]) },
        { "room with stray bits", Later("{\"kind\":\"join\"}", room: Hash[1..] + "B") },
        { "room with padding", Later("{\"kind\":\"join\"}", room: Hash + "=") },
        { "create at epoch 2", Later(Create) },
        { "create that names a room", First(Create).Replace("\"room\":\"\"", $"\"room\":\"{Hash}\"", StringComparison.Ordinal) },
        { "create with a previous", First(Create).Replace("\"prev\":\"\"", $"\"prev\":\"{Hash}\"", StringComparison.Ordinal) },
        { "create without a nonce", First(Create.Replace($",\"nonce\":\"{Hash}\"", "", StringComparison.Ordinal)) },
        { "nonce too long", First(Create.Replace(Hash, Hash + "AAA", StringComparison.Ordinal)) },
        { "actor is no UUID", Later("{\"kind\":\"join\"}").Replace(Alice.User.ToString(), "alice", StringComparison.Ordinal) },
        { "device too short", Later("{\"kind\":\"join\"}").Replace(Alice.Identity.Device.ToString(), "00", StringComparison.Ordinal) },
        { "time beyond the calendar", Later("{\"kind\":\"join\"}").Replace(Time, "253402300800000", StringComparison.Ordinal) },
        { "time with a fraction", Later("{\"kind\":\"join\"}").Replace(Time, Time + ".0", StringComparison.Ordinal) },
    };

    private static string Create => $"{{\"kind\":\"create\",\"name\":\"Tea\",\"topic\":\"\",\"access\":\"invitation\",\"nonce\":\"{Hash}\"}}";

    [Theory]
    [MemberData(nameof(Good))]
    public void TryRead_WrittenText_WritesToTheSameBytes(string text)
    {
        var body = CommitBody.TryRead(Encoding.UTF8.GetBytes(text));
        Assert.NotNull(body);
        using var json = new CanonicalJsonWriter();
        body.Write(json);
        Assert.Equal(text, Encoding.UTF8.GetString(json.Written));
        Assert.IsType<CommitVerification.Verified>(Commits.Verify(Alice.SignText(Encoding.UTF8.GetBytes(text)), TestAuthority.Shared.Anchor, []));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Verify_WellSignedButAnotherText_IsMalformed(string what, string text)
    {
        Assert.NotEmpty(what);
        var token = Alice.SignText(Encoding.UTF8.GetBytes(text));
        Assert.Equal(LedgerFault.Malformed, RoomsOfTests.FaultOf(token));
        Assert.Null(Commits.Read(token));
    }

    [Fact]
    public void Verify_TextThatIsNotUtf8_IsMalformed()
    {
        var text = Encoding.Latin1.GetBytes(Later(Change("Caf\u00E9", "")));
        Assert.Equal(LedgerFault.Malformed, RoomsOfTests.FaultOf(Alice.SignText(text)));
    }

    private static string Change(string name, string topic) => $"{{\"kind\":\"change\",\"name\":\"{name}\",\"topic\":\"{topic}\",\"access\":\"open\"}}";

    private static string Users(int count) => string.Join(',', Enumerable.Range(0, count).Select(static i => $"\"{new UserId((UInt128)i)}\""));

    private static string First(string action) => Later(action, epoch: "1", room: "", prev: "");

    private static string Later(string action, string epoch = "2", string room = Hash, string prev = Hash) =>
        $"{{\"v\":1,\"room\":\"{room}\",\"epoch\":{epoch},\"prev\":\"{prev}\",\"actor\":\"{Alice.User}\",\"device\":\"{Alice.Identity.Device}\",\"action\":{action},\"time\":{Time}}}";
}
