using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <param name="Entries">Leaf data, from the first that was asked for on: as many as fit.</param>
internal sealed record LogEntriesAnswer(IReadOnlyList<byte[]> Entries);

/// <param name="Consistency">Hashes of 32 bytes.</param>
internal sealed record LogConsistencyAnswer(IReadOnlyList<byte[]> Consistency);

/// <param name="AuditPath">From the leaf's sibling upwards.</param>
internal sealed record LogInclusionAnswer(byte[] LeafHash, IReadOnlyList<byte[]> AuditPath);

/// <param name="Keys">Tokens of statements, compact JWS.</param>
internal sealed record LogKeysAnswer(IReadOnlyList<string> Keys);

/// <summary>The transparency log for members, in the way of RFC 6962 section 4: what their gateway says of it can be compared with this (docs/protocol.md section 3.5).</summary>
internal static class LogEndpoints
{
    private const int MaxEntries = 1000, MaxBytes = 1 << 20;

    public static async Task HeadAsync(HttpContext context, AuthorityService service)
    {
        if (await RefusedAsync(context, service)) return;
        if (await service.Log.Store.TreeHeadAsync(context.RequestAborted) is { } head) await Answers.BytesAsync(context, Answers.JoseType, head.Token);
        else await Answers.ProblemAsync(context, StatusCodes.Status404NotFound, "the transparency log has no entry yet");
    }

    public static async Task KeysAsync(HttpContext context, AuthorityService service)
    {
        if (await RefusedAsync(context, service)) return;
        await Answers.JsonAsync(context, StatusCodes.Status200OK, new LogKeysAnswer([.. service.Log.Keys.Tokens.Select(Encoding.ASCII.GetString)]), AuthorityJson.Default.LogKeysAnswer);
    }

    public static async Task EntriesAsync(HttpContext context, AuthorityService service)
    {
        if (await RefusedAsync(context, service)) return;
        if (await NumbersAsync(context, "start", "end") is not var (start, end)) return;
        if (start > end || end >= await service.Log.Store.SizeAsync(context.RequestAborted))
        {
            await BadAsync(context, "start and end are the first and the last entry that is wanted, and the log has none of that number");
            return;
        }

        var entries = await service.Log.Store.LeavesAsync(start, MaxBytes, context.RequestAborted);
        await Answers.JsonAsync(
            context, StatusCodes.Status200OK, new LogEntriesAnswer([.. entries.Take((int)Math.Min(end - start + 1, MaxEntries))]), AuthorityJson.Default.LogEntriesAnswer);
    }

    public static async Task ConsistencyAsync(HttpContext context, AuthorityService service)
    {
        if (await RefusedAsync(context, service)) return;
        if (await NumbersAsync(context, "first", "second") is not var (first, second)) return;
        if (first == 0 || first > second || second > await service.Log.Store.SizeAsync(context.RequestAborted))
        {
            await BadAsync(context, "first and second are sizes of the log from 1 on, the smaller first, and the log is not so large");
            return;
        }

        var path = await LogHeads.AnswerAsync(new LogTiles(service.Log.Store), LogTree.Consistency(first, second), context.RequestAborted);
        await Answers.JsonAsync(context, StatusCodes.Status200OK, new LogConsistencyAnswer(Bytes(path)), AuthorityJson.Default.LogConsistencyAnswer);
    }

    public static async Task InclusionAsync(HttpContext context, AuthorityService service)
    {
        if (await RefusedAsync(context, service)) return;
        if (await NumbersAsync(context, "index", "size") is not var (index, size)) return;
        if (index >= size || size > await service.Log.Store.SizeAsync(context.RequestAborted))
        {
            await BadAsync(context, "index is an entry of the log of this size, the first is 0, and the log is not so large");
            return;
        }

        var path = await LogHeads.AnswerAsync(new LogTiles(service.Log.Store), LogTree.Inclusion(index, size), context.RequestAborted);
        var leaf = await service.Log.Store.HashesAsync(0, index, 1, context.RequestAborted);
        await Answers.JsonAsync(context, StatusCodes.Status200OK, new LogInclusionAnswer(leaf[0].ToArray(), Bytes(path)), AuthorityJson.Default.LogInclusionAnswer);
    }

    private static List<byte[]> Bytes(IReadOnlyList<Digest> path) => [.. path.Select(static hash => hash.ToArray())];

    // Who is no member learns nothing of who is.
    private static async Task<bool> RefusedAsync(HttpContext context, AuthorityService service)
    {
        if (await service.MemberAsync(await AuthorityEndpoints.CertificateAsync(context), context.RequestAborted) is not { } refusal) return false;
        await Answers.RefuseAsync(context, refusal);
        return true;
    }

    private static async Task<(ulong, ulong)?> NumbersAsync(HttpContext context, string first, string second)
    {
        if (Number(context, first) is { } one && Number(context, second) is { } two) return (one, two);
        await BadAsync(context, $"this needs the numbers {first} and {second}");
        return null;
    }

    private static ulong? Number(HttpContext context, string name) =>
        context.Request.Query[name] is [{ Length: > 0 and <= 16 } text] && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Task BadAsync(HttpContext context, string why) => Answers.ProblemAsync(context, StatusCodes.Status400BadRequest, why);
}
