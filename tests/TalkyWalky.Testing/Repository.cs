namespace TalkyWalky.Testing;

/// <summary>Finds the checkout that the tests run from.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Vectors(params string[] parts) => Path.Combine([Root, "vectors", .. parts]);

    private static string Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "TalkyWalky.slnx"))) return at.FullName;
        }

        throw new InvalidOperationException($"no TalkyWalky.slnx above {folder}");
    }
}
