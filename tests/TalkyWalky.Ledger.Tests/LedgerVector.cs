using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Testing;

namespace TalkyWalky.Ledger.Tests;

/// <summary>vectors/ledger/ledger.json: two rooms commit by commit, and commits that nobody may take.</summary>
/// <param name="Issuing">Base64 DER; it is in every token too.</param>
/// <param name="Root">Base64 DER.</param>
/// <param name="Evidence">The text of a file of fork evidence.</param>
internal sealed record LedgerVector(
    string Note,
    string Root,
    string Issuing,
    IReadOnlyList<VectorPerson> People,
    IReadOnlyList<VectorRoom> Rooms,
    IReadOnlyList<VectorCase> Cases,
    string Evidence)
{
    public static readonly string File = Repository.Vectors("ledger", "ledger.json");

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    public static LedgerVector Load() => JsonSerializer.Deserialize<LedgerVector>(System.IO.File.ReadAllBytes(File), Options)!;

    public void Save() => System.IO.File.WriteAllText(File, JsonSerializer.Serialize(this, Options) + "\n");
}

/// <param name="Key">File below vectors/.</param>
internal sealed record VectorPerson(string Name, string User, string Device, string Key, string Certificate);

/// <param name="Id">Hex.</param>
internal sealed record VectorRoom(string Name, bool IsGeneral, string Id, IReadOnlyList<VectorCommit> Commits);

/// <param name="Body">The signed JSON.</param>
/// <param name="Hash">Hex.</param>
/// <param name="After">The room after it.</param>
internal sealed record VectorCommit(string Token, string Body, string Hash, VectorState After);

/// <param name="Members">Role by user id.</param>
internal sealed record VectorState(
    ulong Epoch, string Head, string Name, string Topic, RoomAccess Access, bool IsClosed, SortedDictionary<string, RoomRole> Members, IReadOnlyList<string> Invited)
{
    public static VectorState Of(RoomState room) => new(
        room.Epoch, room.Head.ToString(), room.Settings.Name, room.Settings.Topic, room.Settings.Access, room.IsClosed,
        new SortedDictionary<string, RoomRole>(room.Members.ToDictionary(static member => member.Key.ToString(), static member => member.Value, StringComparer.Ordinal), StringComparer.Ordinal),
        [.. room.Invited.Select(static user => user.ToString())]);
}

/// <param name="Room">To which the token is offered, after so many of its commits.</param>
internal sealed record VectorCase(string What, string Room, int Commits, string Token, LedgerFault Expected);
