using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>A certificate that the authority issued, whoever it is for.</summary>
/// <param name="Der">At most 8 KiB.</param>
public sealed record LoggedCertificate(DateTimeOffset Time, ReadOnlyMemory<byte> Der) : LogEntry(Time)
{
    private const int MaxCertificate = 8192;

    internal override void Write(CanonicalJsonWriter json) => Start(json, "certificate"u8).Raw(",\"der\":"u8).Base64Url(Der.Span).Raw("}"u8);

    internal static LoggedCertificate? ReadRest(ref CanonicalJsonReader reader, DateTimeOffset time) =>
        reader.Literal(",\"der\":"u8) && reader.Bytes(MaxCertificate, out var der) && reader.Literal("}"u8) ? new LoggedCertificate(time, der) : null;
}

/// <param name="Issuer">SHA-256 of the issuing CA's SubjectPublicKeyInfo; null for a certificate from before there could be several CAs.</param>
/// <param name="Serial">Lower-case hex, 2 to 40 digits.</param>
/// <param name="Reason">Of RFC 5280 §5.3.1.</param>
public sealed record LoggedRevocation(DateTimeOffset Time, Digest? Issuer, string Serial, X509RevocationReason Reason) : LogEntry(Time)
{
    internal override void Write(CanonicalJsonWriter json) =>
        Start(json, "revocation"u8).Raw(",\"issuer\":"u8).Base64Url(Issuer is { } issuer ? issuer.ToArray() : []).Raw(",\"serial\":"u8).String(Serial)
            .Raw(",\"reason\":"u8).Number((int)Reason).Raw("}"u8);

    internal static LoggedRevocation? ReadRest(ref CanonicalJsonReader reader, DateTimeOffset time)
    {
        if (!reader.Literal(",\"issuer\":"u8)) return null;
        Digest? issuer = null;
        if (!reader.Literal("\"\""u8))
        {
            if (!reader.Digest(out var hash)) return null;
            issuer = hash;
        }

        return reader.Literal(",\"serial\":"u8)
            && reader.String(40, out var serial) && serial.Length >= 2 && serial.Length % 2 == 0 && !serial.AsSpan().ContainsAnyExcept("0123456789abcdef")
            && reader.Literal(",\"reason\":"u8)
            && reader.Number(10, out var reason)
            && reader.Literal("}"u8)
                ? new LoggedRevocation(time, issuer, serial, (X509RevocationReason)reason)
                : null;
    }
}

/// <summary>A commit of a room's ledger, by its hash alone.</summary>
public sealed record LoggedCommit(DateTimeOffset Time, ConversationId Room, ulong Epoch, Digest Hash) : LogEntry(Time)
{
    internal override void Write(CanonicalJsonWriter json) =>
        Start(json, "commit"u8).Raw(",\"room\":"u8).Base64Url(Room.ToArray()).Raw(",\"epoch\":"u8).Number(checked((long)Epoch)).Raw(",\"hash\":"u8).Base64Url(Hash.ToArray()).Raw("}"u8);

    internal static LoggedCommit? ReadRest(ref CanonicalJsonReader reader, DateTimeOffset time) =>
        reader.Literal(",\"room\":"u8) && reader.Digest(out var room) && ConversationId.TryRead(room.ToArray(), out var id)
        && reader.Literal(",\"epoch\":"u8) && reader.Number(LogJson.MaxNumber, out var epoch) && epoch > 0
        && reader.Literal(",\"hash\":"u8) && reader.Digest(out var hash)
        && reader.Literal("}"u8)
            ? new LoggedCommit(time, id, (ulong)epoch, hash)
            : null;
}

/// <summary>One device of a person let another in.</summary>
/// <param name="Token">The compact <see cref="JwsType.Approval"/>.</param>
public sealed record LoggedApproval(DateTimeOffset Time, ReadOnlyMemory<byte> Token) : LogEntry(Time)
{
    internal override void Write(CanonicalJsonWriter json) =>
        Start(json, "approval"u8).Raw(",\"token\":"u8).String(Encoding.ASCII.GetString(Token.Span)).Raw("}"u8);

    internal static LoggedApproval? ReadRest(ref CanonicalJsonReader reader, DateTimeOffset time) =>
        reader.Literal(",\"token\":"u8) && reader.String(Jws.MaxPs256, out var token) && Jws.TryParse(JwsType.Approval, Encoding.ASCII.GetBytes(token)) is not null
        && reader.Literal("}"u8)
            ? new LoggedApproval(time, Encoding.ASCII.GetBytes(token))
            : null;
}

/// <summary>The log's key was replaced. Stands at the index that the statement names as size: the first leaf that the old key does not cover.</summary>
/// <param name="Time">That of the statement.</param>
/// <param name="Token">The compact <see cref="JwsType.LogKey"/>.</param>
public sealed record LoggedKey(DateTimeOffset Time, ReadOnlyMemory<byte> Token) : LogEntry(Time)
{
    internal override void Write(CanonicalJsonWriter json) => Start(json, "log-key"u8).Raw(",\"token\":"u8).Token(Token.Span).Raw("}"u8);

    internal static LoggedKey? ReadRest(ref CanonicalJsonReader reader, DateTimeOffset time) =>
        reader.Literal(",\"token\":"u8) && reader.Token(LogKeyStatement.MaxSize, out var token) && LogKeyStatement.TryRead(token) is { } statement && statement.Time == time
        && reader.Literal("}"u8)
            ? new LoggedKey(time, token)
            : null;
}
