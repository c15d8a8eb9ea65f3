using System.IO.Compression;
using TalkyWalky.Testing;

namespace TalkyWalky.Browser.Tests;

/// <summary>What a browser loads from the app, as a web server would send it compressed.</summary>
public sealed class PageSizeTests
{
    private const int Limit = 400_000;

    /// <summary>Names of the files with emoji data, which are loaded when somebody looks for an emoji.</summary>
    private const string EmojiFile = "emoji";

    private static readonly string Built = Path.Combine(Repository.Root, "artifacts", "ui");

    [Fact]
    public void Page_WithoutEmojiDataAndFonts_IsUnder400KilobytesCompressed()
    {
        var files = Directory.GetFiles(Built, "*", SearchOption.AllDirectories)
            .Where(static file => Path.GetExtension(file) is ".js" or ".css" or ".html" or ".svg" && !Path.GetFileName(file).Contains(EmojiFile, StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.True(files.Count >= 3, "the page was not built");
        Assert.InRange(files.Sum(Compressed), 1, Limit);
    }

    private static long Compressed(string file)
    {
        using var into = new MemoryStream();
        using (var gzip = new GZipStream(into, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(File.ReadAllBytes(file));
        return into.Length;
    }
}
