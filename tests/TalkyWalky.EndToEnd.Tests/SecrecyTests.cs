using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>What the server and its operator see of a conversation: not a word of it.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class SecrecyTests(Company company)
{
    private const string Secret = "zebra-crossing-at-midnight";

    [Fact]
    public async Task ServersFilesAndDecodedFrames_HoldNoWordOfTheConversation()
    {
        await using var place = await company.CopyAsync();
        var behind = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(place.Data, "talkywalkyd.json"), JsonSerializer.Serialize(new { publicUrl = $"https://127.0.0.1:{place.Port}" }));
        await using var server = RunningProgram.Start(Programs.Server, ["serve", "--data", place.Data, "--listen", $"127.0.0.1:{behind}"]);
        await server.LineAsync(_ => true);
        await using var proxy = await FrameProxy.StartAsync(place.Data, place.Port, behind);
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));

        for (var n = 0; n < 3; n++) (await ada.SendAsync("bob", $"{Secret} {n}")).Expect(0);
        Assert.Equal(3, (await bob.ListenAsync(3)).Count);
        (await ada.SendAsync("bob", $"{Secret}, left in the mailbox")).Expect(0);

        var published = proxy.FromDevices.Where(frame => frame.BodyCase == ClientFrame.BodyOneofCase.Publish).ToList();
        Assert.True(published.Count >= 6, $"{published.Count} publishes were recorded");
        Assert.Contains(published, frame => frame.Publish.Envelope.Kind == EnvelopeKind.Grant);
        foreach (var bytes in proxy.FromDevices.Select(frame => frame.ToByteArray()).Concat(proxy.FromServer.Select(frame => frame.ToByteArray()))) AssertSilent(bytes, "a frame");
        foreach (var part in published.SelectMany(frame => Decoded(frame.Publish.Envelope.Payload.ToByteArray()))) AssertSilent(part, "a payload");
        foreach (var file in Directory.GetFiles(place.Data, "*", SearchOption.AllDirectories).Where(HoldsData))
            AssertSilent(await File.ReadAllBytesAsync(file), file);
    }

    [Fact]
    public async Task ProfilesFiles_HoldNoWordAndNoKeyInTheClear()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        (await ada.SendAsync("bob", Secret)).Expect(0);
        Assert.Equal(Secret, Assert.Single(await bob.ListenAsync(1)).Text());

        foreach (var member in new[] { ada, bob })
        {
            foreach (var file in Directory.GetFiles(member.Profile).Where(HoldsData))
            {
                var bytes = await File.ReadAllBytesAsync(file);
                AssertSilent(bytes, file);
                Assert.False(bytes.AsSpan().IndexOf("PRIVATE KEY"u8) >= 0, $"{file} holds a private key");
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    /// <summary>Searches for the secret and the passwords as UTF-8, UTF-16 and base64 at each of the three offsets.</summary>
    private static void AssertSilent(byte[] bytes, string where)
    {
        foreach (var word in new[] { Secret, "correct horse ada", "correct horse bob" })
        {
            Assert.False(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0, $"{where} holds \"{word}\"");
            Assert.False(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(word)) >= 0, $"{where} holds \"{word}\" in UTF-16");
            for (var offset = 0; offset < 3; offset++)
            {
                var encoded = Convert.ToBase64String([.. new byte[offset], .. Encoding.UTF8.GetBytes(word)]).TrimEnd('=')[4..^2];
                Assert.False(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(encoded)) >= 0, $"{where} holds \"{word}\" in base64");
            }
        }
    }

    private static bool HoldsData(string file) => !file.EndsWith(".sock", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal);

    private static IEnumerable<byte[]> Decoded(byte[] compact) =>
        Encoding.ASCII.GetString(compact).Split('.').Where(part => Base64Url.IsValid(part)).Select(part => Base64Url.DecodeFromChars(part));
}
