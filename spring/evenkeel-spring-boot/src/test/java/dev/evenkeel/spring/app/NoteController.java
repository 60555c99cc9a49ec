package dev.evenkeel.spring.app;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@RestController
class NoteController {

    private final NoteRepository repository;
    private final Notes notes;

    NoteController(NoteRepository repository, Notes notes) {
        this.repository = repository;
        this.notes = notes;
    }

    @GetMapping("/notes/{id}")
    Mono<Note> one(@PathVariable long id) {
        return notes.find(id);
    }

    @PostMapping("/notes")
    Mono<Note> add(@RequestBody String body) {
        return repository.save(new Note(null, body));
    }

    @GetMapping("/slow")
    Mono<Void> slow() {
        return notes.writing(notes.sleep(60));
    }
}
