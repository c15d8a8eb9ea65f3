using System.Xml.Linq;

namespace TalkyWalky.Architecture.Tests;

/// <summary>The checkout as these tests see it: what git would, without build output.</summary>
internal static class Source
{
    private static readonly string[] Outside = ["artifacts", "dist", "data", "bin", "obj", "node_modules", ".git"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<(string Name, string File)> Projects { get; } =
        Files("*.csproj", "src").Select(file => (Short(Path.GetFileNameWithoutExtension(file)), file)).ToList();

    public static IEnumerable<string> Files(string pattern, string below = "") =>
        Directory.EnumerateFiles(Path.Combine(Root, below), pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Intersect(Outside, StringComparer.Ordinal).Any());

    public static IReadOnlyList<string> References(string project) =>
        XDocument.Load(Projects.Single(each => each.Name == project).File).Descendants("ProjectReference")
            .Select(node => Short(Path.GetFileNameWithoutExtension(node.Attribute("Include")!.Value.Replace('\\', '/')))).ToList();

    public static IReadOnlySet<string> Closure(string project)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([project]);
        while (open.TryDequeue(out var at))
        {
            foreach (var next in References(at).Where(reached.Add)) open.Enqueue(next);
        }

        return reached;
    }

    private static string Short(string name) => name["TalkyWalky.".Length..];

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "TalkyWalky.slnx"))) at = at.Parent ?? throw new InvalidOperationException("no TalkyWalky.slnx above the tests");
        return at.FullName;
    }
}
