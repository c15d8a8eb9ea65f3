using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>Grants that <see cref="Grants.Start"/> would not make, with good signatures and good encryption.</summary>
internal static class Forge
{
    /// <param name="signedFor">The devices in the signed root; the others get the path of the first.</param>
    /// <param name="one">The first member; the sender when null.</param>
    public static StartedSession Grant(
        TestDevice sender, UserId peer, TestDevice[] to, TestDevice[] signedFor, Func<GrantBody, GrantBody>? bend = null, UserId? one = null)
    {
        var (first, second) = (one ?? sender.User).CompareTo(peer) < 0 ? (one ?? sender.User, peer) : (peer, one ?? sender.User);
        var conversation = ConversationId.Direct(TestAuthority.Shared.Anchor.Hash, first, second);
        var set = new RecipientSet(signedFor.Select(static device => device.AsRecipient));
        var seed = RandomNumberGenerator.GetBytes(32);
        var context = new SessionContext(conversation, 0, null, sender.Identity.CertificateHash);
        var id = KeySchedule.IdOf(seed, context);
        var key = SessionKey.Generate();
        var body = new GrantBody(conversation, 0, null, (first, second), id, seed, key.Point.ToArray(), set.Root, signedFor.Length, sender.Authority.TreeHead, null, 0);
        using var json = new CanonicalJsonWriter();
        (bend?.Invoke(body) ?? body).Write(json);
        var token = Jws.Sign(JwsType.Grant, sender.IdentityKey, json.Written, [sender.Identity.Der, sender.Authority.Issuing]);
        var (payload, keys) = GrantJwe.Seal(token, [.. to.Select(static device => device.Encryption)]);
        var slices = to.Select((device, i) =>
        {
            var index = Math.Max(0, Array.FindIndex([.. set.Recipients], known => known.Device.Device == device.Device));
            return (device.Device, new GrantSlice(keys[i], index, signedFor.Length, set.PathTo(index), device.AsRecipient.ListSeq, device.AsRecipient.ListHash));
        });
        return new StartedSession(SendingSession.Start(SessionPlace.Start(id, context, seed), default, set.Root, ChainKey.Start(seed, id), key), payload, [.. slices]);
    }

    /// <summary>The signed token inside, as a recipient sees it.</summary>
    public static byte[] Decrypt(StartedSession grant, TestDevice device)
    {
        Assert.True(GrantJwe.TrySplit(grant.Payload, out var jwe));
        return GrantJwe.TryOpen(jwe, device.SliceOf(grant).EncryptedKey.Span, device.EncryptionKey)!;
    }

    public static GrantBody Body(byte[] token) => GrantBody.TryRead(Jws.TryParse(JwsType.Grant, token)!.Payload.Span)!;

    /// <summary>Someone else's signed token, encrypted anew for a device.</summary>
    public static (byte[] Payload, GrantSlice Slice) Wrap(byte[] token, TestDevice target, GrantSlice place)
    {
        var (payload, keys) = GrantJwe.Seal(token, [target.Encryption]);
        return (payload, place with { EncryptedKey = keys[0] });
    }
}
