using System.Text.Json;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>A line of the audit trail as it was found.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Entry">Null for a line that holds none.</param>
/// <param name="IsTorn">Cut short by a crash; or, as the last one, being written just now.</param>
/// <param name="Fault">A sentence for a line that was changed, or that follows one which was changed or taken away.</param>
/// <param name="Hash">What the next line must name, 64 hex digits.</param>
public sealed record AuditLine(int Number, AuditEntry? Entry, bool IsTorn, string? Fault, string Hash);

/// <summary>Reads and checks an audit trail, also while it is written.</summary>
public static class AuditReader
{
    /// <summary>From the first line on. Nothing is thrown for what the file holds.</summary>
    public static IEnumerable<AuditLine> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 64 * 1024);
        var before = default(Digest);
        var number = 0;
        var current = Next(stream);
        while (current is not null)
        {
            var next = Next(stream);
            var hash = Digest.Sha256(current.Bytes);
            var entry = TryParse(current);
            // The entry that follows a torn line names its hash: it was there when the authority started again.
            var isTorn = !current.IsWhole || (next is not null && TryParse(next) is { Act: AuditAct.Torn } told && IsHash(told.Before, hash));
            yield return new AuditLine(++number, isTorn ? null : entry, isTorn, isTorn ? null : Fault(entry, before), hash.ToString());
            (before, current) = (hash, next);
        }
    }

    private static string? Fault(AuditEntry? entry, Digest before) =>
        entry is null ? "it is no entry of an audit trail"
        : IsHash(entry.Before, before) ? null
        : "it does not follow the line before: one of the two was changed, or one between them taken away";

    private static bool IsHash(string text, Digest hash) => Digest.TryParse(text, out var named) && named == hash;

    private static AuditEntry? TryParse(Line line)
    {
        try
        {
            return line.Bytes.Length <= AuditFile.MaxLine ? JsonSerializer.Deserialize(line.Bytes, AuditJson.Default.AuditEntry) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Line? Next(FileStream stream)
    {
        using var bytes = new MemoryStream();
        var read = 0;
        while (bytes.Length < AuditFile.MaxTail && (read = stream.ReadByte()) >= 0 && read != '\n') bytes.WriteByte((byte)read);
        return read < 0 && bytes.Length == 0 ? null : new Line(bytes.ToArray(), IsWhole: read >= 0);
    }

    private sealed record Line(byte[] Bytes, bool IsWhole);
}
