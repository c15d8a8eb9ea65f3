using System.Diagnostics;
using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>
/// What was signed once means the same for ever, until protocol, code and vector change together. <c>TALKYWALKY_WRITE_VECTORS=1</c> makes the vector anew.
/// </summary>
public sealed class LedgerVectorTests
{
    private static readonly LedgerVector Vector = Load();
    private static readonly TrustAnchor Anchor = TrustAnchor.FromRoot(Convert.FromBase64String(Vector.Root));

    [Fact]
    public void Apply_CommittedRooms_GiveTheCommittedStates()
    {
        Assert.Equal(2, Vector.Rooms.Count);
        foreach (var told in Vector.Rooms)
        {
            Assert.NotEmpty(told.Commits);
            var states = States(told).ToList();
            Assert.Equal(told.Id, states[0].Room.ToString());
            Assert.Equal(told.IsGeneral, states[0].IsGeneral);
            foreach (var (commit, state) in told.Commits.Zip(states.Skip(told.IsGeneral ? 1 : 0)))
            {
                Assert.Equal(commit.Hash, state.Head.ToString());
                Assert.Equivalent(commit.After, VectorState.Of(state), strict: true);
            }
        }
    }

    [Fact]
    public void Bodies_CommittedJson_WriteToTheSameBytes()
    {
        foreach (var commit in Vector.Rooms.SelectMany(static room => room.Commits))
        {
            Assert.Equal(commit.Body, Encoding.UTF8.GetString(Jws.TryParse(JwsType.Commit, Encoding.ASCII.GetBytes(commit.Token))!.Payload.Span));
            using var json = new CanonicalJsonWriter();
            CommitBody.TryRead(Encoding.UTF8.GetBytes(commit.Body))!.Write(json);
            Assert.Equal(commit.Body, Encoding.UTF8.GetString(json.Written));
        }
    }

    [Fact]
    public void Cases_AreAllRefusedAsExpected()
    {
        Assert.Equal(Enum.GetValues<LedgerFault>(), Vector.Cases.Select(static one => one.Expected).Distinct().Order());
        foreach (var one in Vector.Cases)
        {
            var room = States(Vector.Rooms.Single(told => string.Equals(told.Name, one.Room, StringComparison.Ordinal)), one.Commits).Last();
            Assert.True(one.Expected == Offer(room, Encoding.ASCII.GetBytes(one.Token)), one.What);
        }
    }

    [Fact]
    public void Evidence_CommittedFile_Verifies()
    {
        var evidence = ForkEvidence.TryVerify(Encoding.ASCII.GetBytes(Vector.Evidence), Anchor, [])!;
        Assert.Equal(evidence.First.Previous, evidence.Second.Previous);
        Assert.Equal(Vector.Evidence, Encoding.ASCII.GetString(evidence.Encode()));
    }

    [Fact]
    public async Task Node_CommittedVector_VerifiesSignaturesAndHashes()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests", "interop", "jose", "ledger.mjs"), Repository.Vectors()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        string said;
        try
        {
            var (output, errors) = (node.StandardOutput.ReadToEndAsync(timeout.Token), node.StandardError.ReadToEndAsync(timeout.Token));
            await node.WaitForExitAsync(timeout.Token);
            said = await output + await errors;
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }

        Assert.True(node.ExitCode == 0, said);
        var commits = Vector.Rooms.Sum(static room => room.Commits.Count);
        Assert.Equal(commits + 2, said.Split('\n').Count(static line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    private static LedgerFault? Offer(RoomState room, ReadOnlyMemory<byte> token) => Commits.Verify(token, Anchor, []) switch
    {
        CommitVerification.Refused refused => refused.Fault,
        CommitVerification.Verified verified => (room.Apply(verified.Commit) as LedgerOutcome.Refused)?.Fault,
        _ => null,
    };

    private static IEnumerable<RoomState> States(VectorRoom told, int? commits = null)
    {
        RoomState? room = null;
        if (told.IsGeneral) yield return room = RoomState.General(Anchor.Hash);
        foreach (var one in told.Commits.Take(commits ?? told.Commits.Count))
        {
            var commit = Assert.IsType<CommitVerification.Verified>(Commits.Verify(Encoding.ASCII.GetBytes(one.Token), Anchor, [])).Commit;
            yield return room = room is null ? RoomsOfTests.Begin(commit) : room.Advance(commit);
        }
    }

    private static LedgerVector Load()
    {
        if (Environment.GetEnvironmentVariable("TALKYWALKY_WRITE_VECTORS") is "1") LedgerVectorMaker.Write();
        return LedgerVector.Load();
    }
}
