using System.Net;
using System.Text;
using System.Text.Json;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

public sealed class LogEndpointTests
{
    [Fact]
    public async Task Log_AskedByAMember_GivesEntriesAndProofsThatVerify()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        await MadePeople.AddAsync(authority.Authority, authority.Engines.Store, 400, authority.Time.GetUtcNow());
        await authority.Service.Log.CatchUpAsync(CancellationToken.None);
        async Task<JsonElement> JsonAsync(string path)
        {
            using var answer = await authority.AskAsync(alice, HttpMethod.Get, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        }

        using var shown = await authority.AskAsync(alice, HttpMethod.Get, "/v1/log/head");
        Assert.Equal("application/jose", shown.Content.Headers.ContentType!.ToString());
        var head = TreeHead.TryVerify(Encoding.ASCII.GetBytes(await shown.Content.ReadAsStringAsync()), LogKeys.Of(authority.Authority.Anchor.Log!))!;
        Assert.Equal(1201UL, head.Size);

        var audit = new LogAudit(authority.Authority.Anchor, authority.Authority.IssuingCertificates);
        var leaves = new List<byte[]>();
        while ((ulong)leaves.Count < head.Size)
        {
            var page = (await JsonAsync($"/v1/log/entries?start={leaves.Count}&end={head.Size - 1}")).GetProperty("entries").EnumerateArray().Select(static one => one.GetBytesFromBase64()).ToList();
            Assert.InRange(page.Count, 1, 1000);
            leaves.AddRange(page);
        }

        Assert.Single((await JsonAsync("/v1/log/entries?start=7&end=7")).GetProperty("entries").EnumerateArray());
        foreach (var leaf in leaves) audit.Add(leaf);
        Assert.Empty(audit.Finish(await shown.Content.ReadAsByteArrayAsync()).Faults);

        Assert.Empty((await JsonAsync("/v1/log/keys")).GetProperty("keys").EnumerateArray());
        var inclusion = await JsonAsync($"/v1/log/inclusion?index=300&size={head.Size}");
        Assert.Equal(MerkleProof.HashLeaf(leaves[300]).ToArray(), inclusion.GetProperty("leafHash").GetBytesFromBase64());
        Assert.True(MerkleProof.VerifyInclusion(head.Root, head.Size, 300, MerkleProof.HashLeaf(leaves[300]), Hashes(inclusion.GetProperty("auditPath"))));
        var before = new MerkleTree([.. leaves.Take(513).Select(static leaf => MerkleProof.HashLeaf(leaf))]).Root;
        var consistency = await JsonAsync($"/v1/log/consistency?first=513&second={head.Size}");
        Assert.True(MerkleProof.VerifyConsistency(before, 513, head.Root, head.Size, Hashes(consistency.GetProperty("consistency"))));
    }

    [Theory]
    [InlineData("entries?start=1&end=0")]
    [InlineData("entries?start=0&end=99")]
    [InlineData("entries?start=-1&end=0")]
    [InlineData("entries?start=0&start=0&end=0")]
    [InlineData("entries")]
    [InlineData("consistency?first=0&second=1")]
    [InlineData("consistency?first=1&second=99")]
    [InlineData("consistency?first=18446744073709551615&second=18446744073709551615")]
    [InlineData("inclusion?index=1&size=1")]
    [InlineData("inclusion?index=0&size=99")]
    public async Task Log_AskedForWhatItHasNot_SaysSo(string question)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var answer = await authority.AskAsync(alice, HttpMethod.Get, "/v1/log/" + question);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("head")]
    [InlineData("entries?start=0&end=0")]
    [InlineData("consistency?first=1&second=1")]
    [InlineData("inclusion?index=0&size=1")]
    public async Task Log_AskedByAStranger_GivesNothing(string question)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var answer = await authority.AskAsync(identity: null, HttpMethod.Get, "/v1/log/" + question);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static List<Digest> Hashes(JsonElement path) => [.. path.EnumerateArray().Select(static one => Digest.TryRead(one.GetBytesFromBase64(), out var hash) ? hash : throw new FormatException())];
}
