using System.Security.Cryptography;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;

namespace TalkyWalky.Client.Enrol;

/// <summary>
/// The authority's certificates asked for again (RFC 7030 §4.1.3), where something comes from an issuing CA that is younger than this profile. Each is believed because the pinned root signed it.
/// </summary>
internal static class IssuingNews
{
    /// <summary>In a profile; an authority that is renewed every few years has two at a time.</summary>
    public const int MaxKept = 8;

    /// <summary>The issuing CAs among the authority's certificates, those that are known last.</summary>
    public static List<byte[]> Select(IReadOnlyList<byte[]> offered, IReadOnlyList<byte[]> known, TrustAnchor anchor)
    {
        var all = new List<byte[]>();
        foreach (var der in offered.Take(CertificateProfiles.MaxCandidates).Where(der => IssuingCertificates.Check(der, anchor, out _) is null).Concat(known))
        {
            if (all.Count < MaxKept && !all.Exists(one => one.AsSpan().SequenceEqual(der))) all.Add(der);
        }

        return all;
    }

    /// <summary>Keeps in the profile what the authority has besides, and gives all that is known then; null when the authority does not answer.</summary>
    public static async Task<IReadOnlyList<byte[]>?> LearnAsync(Database database, AuthorityClient client, TrustAnchor anchor, CancellationToken cancellation)
    {
        if (await client.CaCertificatesAsync(cancellation) is not HttpOutcome.Answered { IsSuccess: true } answered || OwnCertificate.DecodeCms(answered.Body) is not { } offered) return null;
        return await database.RunAsync(
            rows =>
            {
                var profile = ProfileSettings.Read(rows)!;
                var all = Select(offered, profile.Issuing, anchor);
                if (!all.TrueForAll(der => profile.Issuing.Any(one => one.AsSpan().SequenceEqual(der)))) ProfileSettings.Write(rows, profile with { Issuing = all });
                return all;
            },
            cancellation);
    }

    /// <summary>As <see cref="OwnCertificate.Accept"/>, also from an issuing CA that this profile learns of now.</summary>
    public static async Task<(VerifiedDevice? Device, string? Why)> AcceptAsync(
        Database database, AuthorityClient client, byte[] answer, RSA key, TrustAnchor anchor, IReadOnlyList<byte[]> issuing, DeviceKeyUse use, DateTimeOffset now, CancellationToken cancellation)
    {
        var accepted = OwnCertificate.Accept(answer, key, anchor, issuing, use, now);
        return accepted.Device is null && await LearnAsync(database, client, anchor, cancellation) is { } more ? OwnCertificate.Accept(answer, key, anchor, more, use, now) : accepted;
    }
}
