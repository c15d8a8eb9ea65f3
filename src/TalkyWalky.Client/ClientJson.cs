using System.Text.Json.Serialization;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;

namespace TalkyWalky.Client;

/// <summary>What a profile knows of its server and its owner; sealed in the store.</summary>
/// <param name="Username">As typed until enrolled, then as the certificate says.</param>
/// <param name="Root">Hex, as in the join link.</param>
/// <param name="RootCertificate">DER.</param>
/// <param name="LogKey">SubjectPublicKeyInfo of the transparency log's key; null in a profile from before there was one, which belongs to no server of today.</param>
/// <param name="Issuing">DER, candidates for path building.</param>
/// <param name="IsRegistering">The account was to be made here: a name that is taken may be taken by us.</param>
internal sealed record ProfileData(string Username, string Host, int Port, string Root, byte[] RootCertificate, byte[]? LogKey, IReadOnlyList<byte[]> Issuing, bool IsRegistering)
{
    /// <exception cref="ProfileDamagedException">These are not what the join link named.</exception>
    public TrustAnchor Anchor()
    {
        if (LogKey is null) throw new ProfileDamagedException("it is from before the server had a transparency log; join anew, with the server's new join link, into another folder");
        var anchor = TrustAnchor.FromRoot(RootCertificate, Pki.Log.LogKey.TryRead(LogKey));
        return string.Equals(anchor.Hash.ToString(), Root, StringComparison.Ordinal) ? anchor : throw new ProfileDamagedException("its root certificate or its log's key is not what the join link named");
    }
}

/// <summary>What a server says of itself (docs/protocol.md section 2).</summary>
/// <param name="LogKey">SubjectPublicKeyInfo, DER.</param>
internal sealed record ServerBody(byte[]? LogKey);

internal sealed record RegisterBody(string Username, string Password, string? FullName, string? Mail, string? Invite);

internal sealed record Problem(string? Title, string? Detail);

internal sealed record GrantRequestBody(string Sid, string Device, long Time);

internal sealed record NameBody(string Name);

/// <summary>The person by id where it is known, else by name.</summary>
internal sealed record IntroductionBody(string Nonce, string? User, string? Username);

/// <summary>A device as the authority lists it (docs/protocol.md section 2.7). Times are Unix milliseconds.</summary>
internal sealed record DeviceBody(string? Device, string? Name, string? State, string? Key, long AddedAt, long? LoginAt, long? RevokedAt, long? NotAfter, string? Approval);

/// <summary>Leaves of the transparency log.</summary>
internal sealed record LogEntriesBody(IReadOnlyList<byte[]>? Entries);

internal sealed record DevicesBody(IReadOnlyList<DeviceBody>? Devices);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProfileData))]
[JsonSerializable(typeof(ServerBody))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(GrantRequestBody))]
[JsonSerializable(typeof(NameBody))]
[JsonSerializable(typeof(IntroductionBody))]
[JsonSerializable(typeof(DeviceBody))]
[JsonSerializable(typeof(DevicesBody))]
[JsonSerializable(typeof(LogEntriesBody))]
[JsonSerializable(typeof(Dictionary<string, DeviceStanding>))]
[JsonSerializable(typeof(List<byte[]>))]
internal sealed partial class ClientJson : JsonSerializerContext;
